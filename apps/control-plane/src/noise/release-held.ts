import { TeamId } from "@sre/contracts/shared";
import { currentTraceId, systemContext, type CallContext } from "@sre/service-kit";
import type { DeliveredAlert } from "../alerts/incident-moves.ts";
import { settleInIncidents } from "../alerts/receive-alerts.ts";
import { resolveAlerts } from "../alerts/resolve-alerts.ts";
import { lockIntake, type AlertRow } from "../alerts/store.ts";
import { transact, type App } from "../app.ts";
import type { Tx } from "../migrations/tables.ts";
import { placeQuietly, settlesAfterMs } from "./quieten-alerts.ts";
import { findReleasable, releaseAlerts, setHeld } from "./store.ts";

const atOnceMax = 500;

type Call = { readonly app: App; readonly ctx: CallContext };

/** A stored alert as if it had begun now: it is in no incident yet. */
async function asDelivered(tx: Tx, { app, ctx }: Call, rows: readonly AlertRow[]): Promise<DeliveredAlert[]> {
  const alerts = rows.map(({ fingerprint, name, severity, labels, annotations, status, starts_at: startsAt, ends_at: endsAt }) => ({
    fingerprint, name, severity, labels, annotations, status, startsAt, endsAt, opensIncident: true,
  })); // prettier-ignore
  const resolved = await resolveAlerts(tx, ctx.teamId, { alerts, mapping: app.settings.mapping });
  return resolved.map((one, index) => {
    const { id, fingerprint, starts_at, status } = rows[index]!;
    const written = { id, fingerprint, starts_at, status, changed: true, prior_status: null, incident_id: null, incident_status: null };
    return { ...one, written };
  });
}

async function release(tx: Tx, call: Call, { integration, rows }: { integration: string; rows: readonly AlertRow[] }): Promise<void> {
  const { app, ctx } = call;
  const alerts = await asDelivered(tx, call, rows);
  await lockIntake(tx, ctx.teamId);
  const placed = await placeQuietly(tx, call, { integration, alerts });
  const pairs = [...placed.incidentOf].map(([alert_id, incident_id]) => ({ alert_id, incident_id }));
  await releaseAlerts(tx, ctx.teamId, pairs);
  await setHeld(tx, ctx.teamId, placed.holds);
  const detail = { integration, released: pairs.length, incidents: placed.opened.map(({ id }) => id) };
  const audit = { id: app.newId(), action: "alert.release", subjectKind: "delivery", subject: integration, detail };
  await settleInIncidents(tx, call, { alerts, placed, audit });
}

/** Puts alerts into incidents that nothing holds any more: their maintenance window is over, or they stay instead of flapping. */
export async function releaseHeld(app: App): Promise<number> {
  const at = app.clock.now();
  const settledBefore = new Date(at.getTime() - settlesAfterMs(app.settings.noise));
  return transact(app, async (tx) => {
    const rows = await findReleasable(tx, { at, settledBefore, limit: atOnceMax });
    for (const some of Map.groupBy(rows, ({ team_id, integration }) => `${team_id} ${integration}`).values()) {
      const { team_id, integration } = some[0]!;
      const ctx = systemContext({
        teamId: TeamId.parse(team_id),
        traceId: currentTraceId(),
        at,
        log: app.log,
        name: "control-plane",
        scopes: [],
      });
      await release(tx, { app, ctx }, { integration, rows: some });
    }
    return rows.length;
  });
}
