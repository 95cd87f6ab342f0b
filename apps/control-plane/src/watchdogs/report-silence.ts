import { TeamId } from "@sre/contracts/shared";
import { currentTraceId, systemContext, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { publishEvents } from "../events/store.ts";
import { insertIncidents, takeIncidentNumbers } from "../incidents/store.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import type { Tx } from "../migrations/tables.ts";
import { noteIncidents } from "../notifications/note-incidents.ts";
import { setWatchdogIncident, takeOverdueWatchdogs, type WatchdogRow } from "./store.ts";

const everyMs = 15_000;
const atOnceMax = 20;

function titleOf({ integration, cluster }: WatchdogRow): string {
  return `The heartbeat of ${integration}${cluster === "" ? "" : ` in cluster ${cluster}`} fell silent: alerts may not reach us`;
}

function newRow(ctx: CallContext, watchdog: WatchdogRow, { id, number }: { id: string; number: number }) {
  const { cluster, environment, heard_at: heardAt } = watchdog;
  return {
    team_id: ctx.teamId, id, number, title: titleOf(watchdog), status: "new", severity: "critical", cluster, environment, namespace: "", service: null,
    started_at: heardAt, last_alert_at: heardAt, created_at: ctx.at, updated_at: ctx.at, acknowledged_at: null, resolved_at: null, assignee: null, resolution: null,
    grouped_because: "a silence stands alone", grouped_because_zh: "心跳中斷，單獨成立", alerts_firing: 0, alerts_total: 0, version: 1,
  } as const; // prettier-ignore
}

async function report(tx: Tx, { app, ctx }: { app: App; ctx: CallContext }, watchdog: WatchdogRow): Promise<void> {
  const [id, number] = [app.newId(), await takeIncidentNumbers(tx, ctx.teamId, 1)];
  await insertIncidents(tx, [newRow(ctx, watchdog, { id, number })]);
  await setWatchdogIncident(tx, watchdog, id);
  const since = watchdog.heard_at.toISOString();
  const text = { en: `Last heard at ${since}`, "zh-TW": `最後一次收到心跳：${since}` };
  await appendTimeline(tx, ctx.teamId, [{ id: app.newId(), incidentId: id, at: ctx.at, kind: "status", actor: ctx.principal.name, text }]);
  const { integration, cluster } = watchdog;
  const detail = { number, title: titleOf(watchdog), integration, cluster, heard_at: since };
  await recordAudit(tx, ctx, { id: app.newId(), action: "incident.create", subjectKind: "incident", subject: id, detail });
  await publishEvents(tx, ctx, [{ kind: "incident.created", incidentId: id }]);
  await noteIncidents(tx, { app, ctx }, [{ incidentId: id, kind: "opened" }]);
}

/** Opens an incident for every heartbeat that is overdue and was not reported. Returns how many there were. */
export async function reportSilence(app: App): Promise<number> {
  const at = app.clock.now();
  return transact(app, async (tx) => {
    const overdue = await takeOverdueWatchdogs(tx, { at, limit: atOnceMax });
    for (const watchdog of overdue) {
      const teamId = TeamId.parse(watchdog.team_id);
      const ctx = systemContext({ teamId, traceId: currentTraceId(), at, log: app.log, name: "control-plane", scopes: [] });
      await report(tx, { app, ctx }, watchdog);
    }
    return overdue.length;
  });
}

/** Looks for silence every few seconds, until it is disposed. */
export function watchForSilence(app: App): Disposable {
  const timer = setInterval(() => {
    reportSilence(app).catch((error: unknown) => app.log.warn({ err: error }, "overdue heartbeats could not be read"));
  }, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
