import type { LocalizedText } from "@sre/contracts/evidence";
import type { CallContext } from "@sre/service-kit";
import type { DeliveredAlert } from "../alerts/incident-moves.ts";
import type { IncomingAlert } from "../alerts/incoming-alert.ts";
import { settleInIncidents } from "../alerts/receive-alerts.ts";
import { resolveAlerts } from "../alerts/resolve-alerts.ts";
import { lockIntake, upsertAlerts } from "../alerts/store.ts";
import { transact, type App } from "../app.ts";
import type { Tx } from "../migrations/tables.ts";
import { askable } from "./request-asking.ts";
import { findEnded, type Doubtful } from "./store.ts";

const atOnceMax = 500;
const roundsMax = 40;

type Call = { readonly app: App; readonly ctx: CallContext };

const noLonger: LocalizedText = {
  en: "Alertmanager was asked and no longer has it; no message said so",
  "zh-TW": "已向 Alertmanager 查詢，該告警已不存在（未曾收到解除訊息）",
};

async function endedNow(tx: Tx, { app, ctx }: Call, doubtful: Doubtful): Promise<DeliveredAlert[]> {
  const rows = await findEnded(tx, ctx.teamId, { doubtful, limit: atOnceMax });
  const alerts = rows.map((row): IncomingAlert => {
    const { fingerprint, name, severity, labels, annotations, opens_incident: opensIncident, starts_at: startsAt } = row;
    const endsAt = new Date(Math.max(startsAt.getTime(), doubtful.askedAt.getTime()));
    return { fingerprint, name, severity, labels, annotations, opensIncident, startsAt, endsAt, status: "resolved" };
  });
  const resolved = await resolveAlerts(tx, ctx.teamId, { alerts, mapping: app.settings.mapping });
  return resolved.map((one, index) => {
    const { id, fingerprint, starts_at, incident_id, incident_status } = rows[index]!;
    return {
      ...one,
      written: { id, fingerprint, starts_at, status: "resolved", changed: true, prior_status: "firing", incident_id, incident_status },
    };
  });
}

async function settleSome(tx: Tx, call: Call, doubtful: Doubtful): Promise<number> {
  const { app, ctx } = call;
  await lockIntake(tx, ctx.teamId);
  const alerts = await endedNow(tx, call, doubtful);
  if (alerts.length === 0) return 0;
  await upsertAlerts(tx, ctx.teamId, { integration: askable, at: ctx.at, alerts, incidentOf: new Map() });
  const because = new Map(alerts.map(({ written }) => [written.id, noLonger]));
  const audit = { id: app.newId(), action: "alert.settle", subjectKind: "delivery", subject: askable, detail: { ended: alerts.length } };
  await settleInIncidents(tx, call, { alerts, placed: { incidentOf: new Map(), opened: [], because }, audit });
  return alerts.length;
}

/** Resolves what fires here and its sender has no more, a bounded number in each transaction. Returns how many there were. */
export async function settleEnded(app: App, ctx: CallContext, doubtful: Doubtful): Promise<number> {
  let settled = 0;
  for (let round = 0; round < roundsMax; round++) {
    const some = await transact(app, (tx) => settleSome(tx, { app, ctx }, doubtful));
    settled += some;
    if (some < atOnceMax) break;
  }
  return settled;
}
