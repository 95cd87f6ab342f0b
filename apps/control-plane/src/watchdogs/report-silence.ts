import { TeamId } from "@sre/contracts/shared";
import { currentTraceId, systemContext, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { openUnprompted } from "../incidents/open-unprompted.ts";
import type { Tx } from "../migrations/tables.ts";
import { askable, requestAsking } from "../senders/request-asking.ts";
import { setWatchdogIncident, takeOverdueWatchdogs, type WatchdogRow } from "./store.ts";

const everyMs = 15_000;
const atOnceMax = 20;

function titleOf({ integration, cluster }: WatchdogRow): string {
  return `The heartbeat of ${integration}${cluster === "" ? "" : ` in cluster ${cluster}`} fell silent: alerts may not reach us`;
}

async function report(tx: Tx, call: { app: App; ctx: CallContext }, watchdog: WatchdogRow): Promise<void> {
  const { integration, cluster, environment, heard_at: heardAt } = watchdog;
  const since = heardAt.toISOString();
  const incidentId = await openUnprompted(tx, call, {
    title: titleOf(watchdog),
    severity: "critical",
    cluster,
    environment,
    since: heardAt,
    alone: { en: "a silence stands alone", "zh-TW": "心跳中斷，單獨成立" },
    text: { en: `Last heard at ${since}`, "zh-TW": `最後一次收到心跳：${since}` },
    detail: { integration, cluster, heard_at: since },
  });
  await setWatchdogIncident(tx, watchdog, incidentId);
  if (integration === askable) await requestAsking(tx, call, { because: "silence" });
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
