import { TeamId } from "@sre/contracts/shared";
import { currentTraceId, systemContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { changeLocked, type IncidentChange } from "./change-incident.ts";
import { findQuietIncidents, type IncidentRow } from "./store.ts";

const atOnceMax = 100;

const endedBy = (at: Date): IncidentChange => ({
  set: { status: "resolved", resolved_at: at, resolution: "All of its alerts are resolved." },
  action: "incident.resolve",
  kind: "status",
  text: { en: "Resolved: all of its alerts are resolved", "zh-TW": "已解決：所有告警皆已解除" },
});

const isQuiet = (row: IncidentRow, before: Date) =>
  row.status !== "resolved" && row.alerts_total > 0 && row.alerts_firing === 0 && row.updated_at <= before;

/** Resolves incidents whose alerts are all resolved and which nobody touched for a while. Returns how many there were. */
export async function resolveQuietIncidents(app: App): Promise<number> {
  const { autoResolveMs } = app.settings.noise;
  if (autoResolveMs === 0) return 0;
  const at = app.clock.now();
  const before = new Date(at.getTime() - autoResolveMs);
  const quiet = await findQuietIncidents(app.database.kysely, { before, limit: atOnceMax });
  for (const { team_id, id: incidentId } of quiet) {
    const ctx = systemContext({
      teamId: TeamId.parse(team_id),
      traceId: currentTraceId(),
      at,
      log: app.log,
      name: "control-plane",
      scopes: [],
    });
    // Looked at again under its lock, because an alert may have come in between.
    await transact(app, (tx) =>
      changeLocked(tx, { app, ctx }, { incidentId, decide: (row) => (isQuiet(row, before) ? endedBy(at) : null) }),
    );
  }
  return quiet.length;
}
