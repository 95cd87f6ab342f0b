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
import { findEnded, readEnded, type Doubtful } from "./store.ts";

const atOnceMax = 500;
const roundsMax = 40;

type Call = { readonly app: App; readonly ctx: CallContext };

const noLonger: LocalizedText = {
  en: "Alertmanager was asked and no longer has it; no message said so",
  "zh-TW": "已向 Alertmanager 查詢，該告警已不存在（未曾收到解除訊息）",
};

type Some = { readonly doubtful: Doubtful; readonly ids: readonly string[] };

async function endedNow(tx: Tx, { app, ctx }: Call, some: Some): Promise<DeliveredAlert[]> {
  const { doubtful } = some;
  const rows = await readEnded(tx, ctx.teamId, some);
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

async function settleSome(tx: Tx, call: Call, some: Some): Promise<number> {
  const { app, ctx } = call;
  await lockIntake(tx, ctx.teamId);
  const alerts = await endedNow(tx, call, some);
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
    // Looked for outside the lock of the intake, which then sees only these.
    const ids = await findEnded(app.database.kysely, ctx.teamId, { doubtful, limit: atOnceMax });
    if (ids.length > 0) settled += await transact(app, (tx) => settleSome(tx, { app, ctx }, { doubtful, ids }));
    if (ids.length < atOnceMax) break;
  }
  return settled;
}
