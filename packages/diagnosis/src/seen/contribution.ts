import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, EvidenceRef } from "@sre/contracts/evidence";
import type { SeenCalls } from "./calls.ts";
import type { Seen } from "./seen.ts";

/*
 * What a service adds by itself to what is lost: own time, the way to and from its neighbours, failures that nothing it calls
 * had, steps it no longer takes. Medians, not high quantiles: what hits every call is told from a cold start by them.
 */

/** Seconds that one kind of neighbour's way costs: over all of its edges, and in how many of them. */
export interface Gap {
  readonly seconds: number;
  readonly shifted: number;
  readonly edges: number;
  readonly cites: readonly EvidenceRef[];
}

/** A step that a service takes for an operation, and takes less often now. */
export interface LostStep {
  readonly operation: string;
  readonly within: string;
  /** Steps for each call of the operation. */
  readonly before: number;
  readonly during: number;
  /** How far beyond chance, in standard deviations. */
  readonly deviations: number;
  /** Where the first stretch begins in which it was taken less often. */
  readonly sinceMs: number | null;
  readonly cite: EvidenceRef;
}

export interface Contribution {
  readonly component: EntityId;
  /** Calls that it served, in the normal stretch and in the fault. */
  readonly servedBefore: number;
  readonly served: number;
  /** Seconds in the fault that its own work took longer than it would have. */
  readonly ownSeconds: number;
  readonly gapIn: Gap;
  readonly gapOut: Gap;
  /** Calls that failed beyond the usual and beyond what failed of the calls it made. */
  readonly failed: number;
  readonly lostStep: LostStep | null;
  /** What it still calls about as often as it used to: who is no longer called can be no reason for anything. */
  readonly callees: readonly EntityId[];
  readonly cites: readonly EvidenceRef[];
}

// A call that takes less than this longer, in seconds and as a share of what it took, is as it was.
const shiftSecondsMin = 0.005;
const shiftShareMin = 0.2;
// An edge whose way takes this much longer for each call is one that shifted; seconds.
const edgeShiftSecondsMin = 0.02;

const beyondNoise = (shift: number, before: number): number =>
  shift >= Math.max(shiftSecondsMin, shiftShareMin * Math.abs(before)) ? shift : 0;

/** Seconds by which a call takes longer or shorter than usual, as far as that is more than everyday noise. */
export function shiftOf(before: number | null, during: number | null): number {
  return before === null || during === null ? 0 : beyondNoise(during - before, before);
}

// The median of a few calls is no more than a guess at what is usual: of a shift from it, that share is believed which a
// usual level of so many calls' weight would leave (shrinkage towards no change).
const guessCalls = 5;
export const believedOf = (calls: number): number => calls / (calls + guessCalls);
const believed = ({ before }: SeenCalls): number => believedOf(before.calls);

/** Calls of one operation over one edge, or from outside, told by whoever saw them. */
interface Served {
  readonly from: EntityId | null;
  readonly to: EntityId;
  readonly server: SeenCalls | null;
  readonly client: SeenCalls | null;
}

const telling = ({ server, client }: Served): SeenCalls | null => server ?? client;

function pairs(seen: Seen): Served[] {
  const { graph } = seen;
  const entries = seen.calls.filter(({ within }) => within === null);
  const byCall = Map.groupBy(entries, ({ of, operation }) => `${of} ${operation}`);
  return [...byCall.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const side = (wanted: SeenCalls["side"]) => rows.find((row) => row.side === wanted) ?? null;
    const [from, to] = [first.from === null ? null : graph.component(first.from), graph.component(first.to)];
    return from === to ? [] : [{ from, to, server: side("server"), client: side("client") }];
  });
}

/** By what calls are told to have become slower, and how much of that is believed. */
interface Measure {
  readonly of: "seconds" | "slowSeconds";
  readonly weight: number;
}

// The median, unless it was lost on one side or in one stretch: then the slowest tenth, of all of them alike. One cold call moves it.
function measureOf(rows: readonly SeenCalls[]): Measure {
  const whole = rows.every(({ before, during }) => before.seconds !== null && during.seconds !== null);
  return whole ? { of: "seconds", weight: 1 } : { of: "slowSeconds", weight: 0.5 };
}

/** Seconds that the way between the two ends of a call took longer: the client's time less the server's. */
function gapOf({ server, client }: Served): { each: number; seconds: number; calls: number } {
  const none = { each: 0, seconds: 0, calls: 0 };
  if (server === null || client === null) return none;
  const measure = measureOf([client, server]);
  const way = (part: "before" | "during") => {
    const [whole, inside] = [client[part][measure.of], server[part][measure.of]];
    return whole === null || inside === null ? null : whole - inside;
  };
  const each = shiftOf(way("before"), way("during")) * believed(server) * measure.weight;
  const { calls } = server.during;
  return { each, seconds: each * calls, calls };
}

function gapsOf(served: readonly Served[], otherEnd: (one: Served) => EntityId | null): Gap {
  const byEnd = Map.groupBy(served.filter(({ server, client }) => server !== null && client !== null), otherEnd); // prettier-ignore
  const edges = [...byEnd.values()].map((rows) => rows.map((row) => ({ ...gapOf(row), cite: row.server?.cite })));
  const total = (rows: (typeof edges)[number], of: "seconds" | "calls") => rows.reduce((sum, row) => sum + row[of], 0);
  const shifted = edges.filter((rows) => total(rows, "seconds") > edgeShiftSecondsMin * total(rows, "calls"));
  const cites = shifted.flatMap((rows) => rows.flatMap(({ cite, seconds }) => (cite !== undefined && seconds > 0 ? [cite] : [])));
  return { seconds: edges.reduce((sum, rows) => sum + total(rows, "seconds"), 0), shifted: shifted.length, edges: edges.length, cites };
}

function lost(row: SeenCalls | null): number {
  if (row === null) return 0;
  const measure = measureOf([row]);
  return shiftOf(row.before[measure.of], row.during[measure.of]) * believed(row) * measure.weight * row.during.calls;
}

// Where nobody measured own time, it is what served calls took longer less what made calls took longer.
function ownSeconds(inward: readonly Served[], outward: readonly Served[]): number {
  const told = inward.filter(({ server }) => server !== null && server.during.ownSeconds !== null);
  if (told.length > 0)
    return told.reduce((sum, { server }) => sum + (server === null ? 0 : shiftOf(server.before.ownSeconds, server.during.ownSeconds) * believed(server) * server.during.calls), 0); // prettier-ignore
  const waited = outward.reduce((sum, { client, server }) => sum + lost(client ?? server), 0);
  return Math.max(0, inward.reduce((sum, { server }) => sum + lost(server), 0) - waited);
}

function newlyFailed(row: SeenCalls | null): number {
  if (row === null) return 0;
  const usual = row.before.calls === 0 ? 0 : (row.before.failed / row.before.calls) * row.during.calls;
  return Math.max(0, row.during.failed - usual);
}

// Fewer calls of an operation than this in the normal stretch tell nothing of how it usually goes.
const operationCallsMin = 2;
const deviationsMin = 2;
const lostShareMax = 0.7;
// Who handles errors less often leaves no work out.
const handlesErrors = /error|exception|fallback/i;

/** Calls of one operation that a service was called with. */
interface Entry {
  readonly before: number;
  readonly during: number;
  readonly buckets: ReadonlyMap<number, number>;
}

const noEntry: Entry = { before: 0, during: 0, buckets: new Map() };

function lostSince(step: SeenCalls, entry: Entry, before: number): number | null {
  const first = step.during.buckets.find(([fromMs, calls]) => {
    const called = entry.buckets.get(fromMs) ?? 0;
    return called > 0 && calls < lostShareMax * before * called;
  });
  return first?.[0] ?? null;
}

/** The step most surely left out: a comparison of two rates, as binomial where a step is taken at most once a call. */
function lostStepOf(steps: readonly SeenCalls[], entries: ReadonlyMap<string, Entry>): LostStep | null {
  const found = steps.flatMap((step): LostStep[] => {
    const entry = entries.get(step.within ?? "") ?? noEntry;
    const { before: n0, during: n1 } = entry;
    if (n0 < operationCallsMin || n1 === 0 || step.before.calls === 0 || handlesErrors.test(step.operation)) return [];
    const [before, during] = [step.before.calls / n0, step.during.calls / n1];
    const share = Math.min(0.98, (step.before.calls + step.during.calls + 0.5) / (n0 + n1 + 1));
    const variance = before <= 1.05 ? share * (1 - share) : before / 2;
    const deviations = (before - during) / Math.sqrt(variance * (1 / n0 + 1 / n1));
    if (deviations <= deviationsMin || during >= lostShareMax * before) return [];
    const sinceMs = lostSince(step, entry, before);
    return [{ operation: step.operation, within: step.within ?? "", before, during, deviations, sinceMs, cite: step.cite }];
  });
  return found.reduce<LostStep | null>((best, step) => (best === null || step.deviations > best.deviations ? step : best), null);
}

function withRow(entry: Entry, { before, during }: SeenCalls): Entry {
  const buckets = new Map(entry.buckets);
  for (const [fromMs, calls] of during.buckets) buckets.set(fromMs, (buckets.get(fromMs) ?? 0) + calls);
  return { before: entry.before + before.calls, during: entry.during + during.calls, buckets };
}

function entriesOf(inward: readonly Served[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const one of inward) {
    const row = telling(one);
    if (row !== null) entries.set(row.operation, withRow(entries.get(row.operation) ?? noEntry, row));
  }
  return entries;
}

// Calls to what a service needs go up and down with its own. Where the first of three fails, a third of the usual share is left;
// less than a quarter is more than that.
const calledShareMin = 0.25;

function stillCalled(inward: readonly Served[], outward: readonly Served[]): EntityId[] {
  const calls = (rows: readonly Served[], part: "before" | "during") =>
    rows.reduce((sum, one) => sum + (telling(one)?.[part].calls ?? 0), 0);
  const rate = (rows: readonly Served[], part: "before" | "during") => calls(rows, part) / Math.max(1, calls(inward, part));
  const byCallee = [...Map.groupBy(outward, ({ to }) => to)];
  return byCallee.flatMap(([to, rows]) => (rate(rows, "during") >= calledShareMin * rate(rows, "before") ? [to] : [])).sort(byCodeUnit);
}

function contributionOf(
  component: EntityId,
  input: { inward: readonly Served[]; outward: readonly Served[]; steps: readonly SeenCalls[] },
): Contribution {
  const { inward, outward, steps } = input;
  const sum = (of: (row: SeenCalls) => number) => inward.reduce((all, one) => all + of(telling(one) ?? nothing), 0);
  const passedOn = outward.reduce((all, { client, server }) => all + newlyFailed(client ?? server), 0);
  const failed = Math.max(0, inward.reduce((all, one) => all + newlyFailed(telling(one)), 0) - passedOn);
  const cites = [...new Map(inward.flatMap((one) => { const row = telling(one); return row === null ? [] : [[row.cite.part ?? "", row.cite] as const]; })).values()]; // prettier-ignore
  return {
    component,
    servedBefore: sum(({ before }) => before.calls),
    served: sum(({ during }) => during.calls),
    ownSeconds: ownSeconds(inward, outward),
    gapIn: gapsOf(inward.filter(({ from }) => from !== null), ({ from }) => from), // prettier-ignore
    gapOut: gapsOf(outward, ({ to }) => to),
    failed,
    lostStep: lostStepOf(steps, entriesOf(inward)),
    callees: stillCalled(inward, outward),
    cites,
  };
}

const emptyPart = { calls: 0, failed: 0, seconds: null, slowSeconds: null, ownSeconds: null, buckets: [] };
const nothing: SeenCalls = { of: "", from: null, to: "", operation: "", within: null, side: "server", before: emptyPart, during: emptyPart, cite: { id: "" } }; // prettier-ignore

/** Whether its calls were counted in both stretches, so that its part can be told. */
export const isCounted = (one: Contribution | undefined): boolean => one !== undefined && one.servedBefore > 0 && one.served > 0;

const known = new WeakMap<Seen, ReadonlyMap<EntityId, Contribution>>();

/** What each component of which calls tell adds by itself. Computed once for the same evidence. */
export function contributionsOf(seen: Seen): ReadonlyMap<EntityId, Contribution> {
  const before = known.get(seen);
  if (before !== undefined) return before;
  const served = pairs(seen);
  const [inward, outward] = [Map.groupBy(served, ({ to }) => to), Map.groupBy(served, ({ from }) => from)];
  const steps = Map.groupBy(seen.calls.filter(({ within }) => within !== null), ({ to }) => seen.graph.component(to)); // prettier-ignore
  const components = [...new Set([...inward.keys(), ...outward.keys()])].filter((id) => id !== null).sort(byCodeUnit);
  const all = components.map((id) => {
    const own = { inward: inward.get(id) ?? [], outward: outward.get(id) ?? [], steps: steps.get(id) ?? [] };
    return [id, contributionOf(id, own)] as const;
  });
  const contributions = new Map(all);
  known.set(seen, contributions);
  return contributions;
}

const soft = (value: number, half: number, power = 1): number => value ** power / (value ** power + half ** power);

// With one callee whose way got longer only that callee is believed; with many it is the caller's own connection.
const callerShare = ({ shifted, edges }: Gap): number => (edges === 0 ? 0 : (shifted / edges) * (1 - 1 / (shifted + 1)));
const calleeShare = ({ shifted, edges }: Gap): number => (edges === 0 ? 0 : shifted / edges);

/** Seconds on the way that are laid at the service's own door. */
export function waySeconds({ gapIn, gapOut }: Pick<Contribution, "gapIn" | "gapOut">): number {
  return gapIn.seconds * calleeShare(gapIn) + gapOut.seconds * callerShare(gapOut);
}

/** All seconds that a service lost by itself. */
export const lostSeconds = (one: Contribution): number => one.ownSeconds + waySeconds(one);

// A loss of a few seconds in all would have alerted nobody; squared, since rarely called operations are cold now and then.
const halfSeconds = 3;
const halfFailures = 3;

/** How much lost seconds weigh, 0 to 1, given what the one that lost most lost. */
export const lossStrength = (seconds: number, most: number): number => (most <= 0 ? 0 : soft(seconds, halfSeconds, 2) * (seconds / most));

export const failureStrength = (failures: number): number => soft(failures, halfFailures, 2);

const halfDeviations = 10;
/** How much a step that was left out weighs against lost time: an odd mix of calls can look like it. */
const stepWeight = 0.5;

export const stepStrength = (step: LostStep | null): number =>
  step === null ? 0 : stepWeight * soft(step.deviations ** 2, halfDeviations);
