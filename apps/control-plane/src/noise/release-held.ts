import { TeamId } from "@sre/contracts/shared";
import { currentTraceId, systemContext, type CallContext } from "@sre/service-kit";
import type { DeliveredAlert } from "../alerts/incident-moves.ts";
import { settleInIncidents } from "../alerts/receive-alerts.ts";
import { resolveAlerts } from "../alerts/resolve-alerts.ts";
import { lockIntake, type AlertRow } from "../alerts/store.ts";
import { transact, type App } from "../app.ts";
import type { Tx } from "../migrations/tables.ts";
import { placeQuietly, settlesAfterMs } from "./quieten-alerts.ts";
import { findReleasable, releaseAlerts, setHeld, teamsWithHeld } from "./store.ts";

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
  const placed = await placeQuietly(tx, call, { integration, alerts });
  const pairs = [...placed.incidentOf].map(([alert_id, incident_id]) => ({ alert_id, incident_id }));
  await releaseAlerts(tx, ctx.teamId, pairs);
  await setHeld(tx, ctx.teamId, placed.holds);
  const detail = { integration, released: pairs.length, incidents: placed.opened.map(({ id }) => id) };
  const audit = { id: app.newId(), action: "alert.release", subjectKind: "delivery", subject: integration, detail };
  await settleInIncidents(tx, call, { alerts, placed, audit });
}

/** Releases what is releasable of one team; a replica that did so meanwhile leaves nothing to be found under the lock. */
async function releaseIn(tx: Tx, call: Call, settledBefore: Date): Promise<number> {
  const { teamId, at } = call.ctx;
  await lockIntake(tx, teamId);
  const rows = await findReleasable(tx, { teamId, at, settledBefore, limit: atOnceMax });
  for (const [integration, some] of Map.groupBy(rows, (row) => row.integration)) await release(tx, call, { integration, rows: some });
  return rows.length;
}

/** Puts alerts into incidents that nothing holds any more: their maintenance window is over, or they stay instead of flapping. */
export async function releaseHeld(app: App): Promise<number> {
  const at = app.clock.now();
  const settledBefore = new Date(at.getTime() - settlesAfterMs(app.settings.noise));
  let released = 0;
  for (const team of await teamsWithHeld(app.database.kysely)) {
    const teamId = TeamId.parse(team);
    const ctx = systemContext({ teamId, traceId: currentTraceId(), at, log: app.log, name: "control-plane", scopes: [] });
    released += await transact(app, (tx) => releaseIn(tx, { app, ctx }, settledBefore));
  }
  return released;
}
