import type { ToolStatus } from "@sre/contracts/assistant";
import { requireScope, type CallContext } from "@sre/service-kit";
import type { App, OpenSource } from "../app.ts";
import { snapshotSourceName } from "../sources/snapshot-files.ts";
import { percentileMs } from "./latency.ts";
import { worked } from "./source-statistics.ts";
import { findSourceCalls, findSourceStates, type SourceCallRow, type SourceStateRow } from "./store.ts";

const windowMs = 24 * 3_600_000;
/** Below these shares of calls that worked a source counts as degraded, or as down. */
const degradedBelow = 0.95;
const downBelow = 0.5;

type Calls = readonly Pick<SourceCallRow, "source" | "outcome" | "bucket" | "calls">[];

function rateOf(calls: Calls): { total: number; rate: number | null } {
  const sum = (rows: Calls) => rows.reduce((all, row) => all + row.calls, 0);
  const total = sum(calls);
  return { total, rate: total === 0 ? null : sum(calls.filter(({ outcome }) => worked(outcome))) / total };
}

function stateOf(tool: Pick<ToolStatus, "breaker" | "last_outcome" | "success_rate_24h">): ToolStatus["state"] {
  if (tool.breaker === "open") return "down";
  if (tool.last_outcome === null) return "unknown";
  const rate = tool.success_rate_24h ?? 1;
  if (worked(tool.last_outcome)) return rate < degradedBelow ? "degraded" : "ok";
  return rate < downBelow ? "down" : "degraded";
}

interface Known {
  readonly states: ReadonlyMap<string, SourceStateRow>;
  readonly calls: Calls;
  readonly inFlight: (source: string) => number;
}

function toolOf({ source, inFlightMax }: OpenSource, known: Known): ToolStatus {
  const { name, kind, cluster } = source;
  const last = known.states.get(name);
  const calls = known.calls.filter((row) => row.source === name);
  const { total, rate } = rateOf(calls);
  const tool = {
    name,
    kind,
    cluster,
    breaker: source.breakerState(),
    last_answer_at: last?.last_answer_at?.toISOString() ?? null,
    last_outcome: last?.last_outcome ?? null,
    last_detail: last?.last_detail ?? null,
    calls_24h: total,
    success_rate_24h: rate,
    p95_ms_24h: percentileMs(calls, 0.95),
    in_flight: known.inFlight(name),
    in_flight_max: inFlightMax,
  };
  return { ...tool, state: stateOf(tool) };
}

function notConfigured(kind: ToolStatus["kind"]): ToolStatus {
  return {
    name: kind, kind, cluster: null, state: "not_configured", breaker: "closed", last_answer_at: null, last_outcome: null, last_detail: null,
    calls_24h: 0, success_rate_24h: null, p95_ms_24h: null, in_flight: 0, in_flight_max: 0,
  }; // prettier-ignore
}

const expectedKinds = ["prometheus", "loki", "kubernetes", "control-plane"] as const;

/** The snapshots as one tool: there only once a session has been answered from one. */
function snapshotTool(known: Known): ToolStatus[] {
  if (!known.states.has(snapshotSourceName)) return [];
  const source = { name: snapshotSourceName, kind: "snapshot", cluster: null, breakerState: () => "closed" } as OpenSource["source"];
  return [toolOf({ source, inFlightMax: 0 }, known)];
}

/** The true state of every source: what it answered last and how it did over 24 hours; a kind that nobody configured is named too. */
export async function getToolStatus(app: App, ctx: CallContext): Promise<ToolStatus[]> {
  requireScope(ctx, "diagnostics:read");
  const db = app.database.kysely;
  const rows = await findSourceStates(db, ctx.teamId);
  const calls = await findSourceCalls(db, ctx.teamId, new Date(ctx.at.getTime() - windowMs));
  const known = { states: new Map(rows.map((row) => [row.source, row])), calls, inFlight: (source: string) => app.gate.inFlight(source) };
  const absent = expectedKinds.filter((kind) => !app.sources.some(({ source }) => source.kind === kind));
  const listsSnapshot = app.sources.some(({ source }) => source.name === snapshotSourceName);
  return [
    ...app.sources.map((source) => toolOf(source, known)),
    ...absent.map(notConfigured),
    ...(listsSnapshot ? [] : snapshotTool(known)),
  ];
}
