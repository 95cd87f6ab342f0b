import type { LocalizedText } from "@sre/contracts/evidence";
import { currentTraceId, defaultTeamId, systemContext, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { publishEvents } from "../events/store.ts";
import { openUnprompted } from "../incidents/open-unprompted.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import type { Tx } from "../migrations/tables.ts";
import { requestAsking } from "../senders/request-asking.ts";
import { findOpenIncidents, notePresence, setGapIncident } from "./presence.ts";

const everyMs = 5_000;
const incidentsToldMax = 500;

interface Gap {
  readonly from: Date;
  readonly to: Date;
}

function textOf({ from, to }: Gap): LocalizedText {
  const [since, until] = [from.toISOString(), to.toISOString()];
  const query = 'ALERTS{alertstate="firing"}';
  return {
    en: `Nothing could be taken in from ${since} to ${until}. What still fires is sent again; an alert that fired and ended in between was not received. Prometheus knows: ${query}`,
    "zh-TW": `${since} 至 ${until} 期間無法接收任何告警。仍在觸發的告警會重新送出；期間觸發又解除的告警並未收到，可向 Prometheus 查詢：${query}`,
  };
}

/** Tells of the gap in an incident of its own, the open one of an earlier gap if there is one, and on the timeline of every open incident. */
async function report(tx: Tx, call: { app: App; ctx: CallContext }, known: { gap: Gap; incidentId: string | null }): Promise<void> {
  const { app, ctx } = call;
  const { gap } = known;
  const [from, to] = [gap.from.toISOString(), gap.to.toISOString()];
  const text = textOf(gap);
  await requestAsking(tx, call, { because: "gap" });
  const open = await findOpenIncidents(tx, ctx.teamId, incidentsToldMax);
  const entries = open.map((incidentId) => ({
    id: app.newId(),
    incidentId,
    at: ctx.at,
    kind: "status" as const,
    actor: ctx.principal.name,
    text,
  }));
  await appendTimeline(tx, ctx.teamId, entries);
  await publishEvents(
    tx,
    ctx,
    open.map((incidentId) => ({ kind: "incident.updated", incidentId })),
  );
  if (known.incidentId !== null && open.includes(known.incidentId)) return;
  const incidentId = await openUnprompted(tx, call, {
    title: `Alerts may have been missed: none could be taken in from ${from} to ${to}`,
    severity: "warning",
    cluster: "",
    environment: "",
    since: gap.from,
    alone: { en: "a gap stands alone", "zh-TW": "接收中斷，單獨成立" },
    text,
    detail: { from, to },
  });
  await setGapIncident(tx, ctx.teamId, incidentId);
}

/**
 * Notes that deliveries can be taken in now. When that was last so longer ago than the shortest gap, because every replica or
 * the database was away, the gap is reported. Returns it, or null.
 */
export async function noteOwnPresence(app: App): Promise<Gap | null> {
  const { intakeGapMs } = app.settings;
  if (intakeGapMs === null) return null;
  const at = app.clock.now();
  return transact(app, async (tx) => {
    const before = await notePresence(tx, defaultTeamId, at);
    if (before === undefined || at.getTime() - before.seen_at.getTime() < intakeGapMs) return null;
    const gap = { from: before.seen_at, to: at };
    const ctx = systemContext({ teamId: defaultTeamId, traceId: currentTraceId(), at, log: app.log, name: "control-plane", scopes: [] });
    await report(tx, { app, ctx }, { gap, incidentId: before.incident_id });
    return gap;
  });
}

/** Notes every few seconds, and at once, that this replica is there, until it is disposed. */
export function watchOwnPresence(app: App): Disposable {
  const note = (): void => {
    noteOwnPresence(app).catch((error: unknown) => app.log.warn({ err: error }, "the own presence could not be noted"));
  };
  note();
  const timer = setInterval(note, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
