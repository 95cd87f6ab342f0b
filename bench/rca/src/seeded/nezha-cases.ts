import { byCodeUnit } from "@sre/contracts/canonical";
import { isEntry, linkSpans } from "../adapters/nezha/spans.ts";
import { randomOf, type Random } from "../generated/random.ts";
import { withFault, wordings, type SeededFault } from "./nezha-faults.ts";
import { copied, type Traced } from "./nezha-trace.ts";

/** The sets that are made, by name. */
const seededKinds = {
  exception: { kind: "exception", coded: true },
  "exception-uncoded": { kind: "exception", coded: false },
  "wrong-return": { kind: "wrong_return", coded: false },
} as const satisfies Record<string, Pick<SeededFault, "kind" | "coded">>;
export type SeededKind = keyof typeof seededKinds;

/** The set in which nothing is wrong: windows drawn in the same way, without a fault. */
export const healthySet = "normal";
export const setNames: readonly (SeededKind | typeof healthySet)[] = [...(Object.keys(seededKinds) as SeededKind[]), healthySet];

/** One case: its window's minutes and what is done in them. */
export interface SeededCase {
  /** Null where nothing is wrong. */
  readonly fault: SeededFault | null;
  /** Minutes since the epoch. */
  readonly minutes: readonly number[];
  readonly onsetMs: number;
  readonly traces: readonly Traced[];
}

const minuteMs = 60_000;
const windowMinutes = 3;
const firstCaseAfterMinutes = 12;
const caseEveryMinutes = 8;
/** An operation is a target when it was called as often in the normal minute. */
const targetCallsMin = 4;
/** The share of normal traces that the window may hold and the normal stretch does not: nothing repeats exactly. */
const unseenShare = 0.25;
const speedSpread = 0.15;
const operationsMax = 500;

interface Target {
  readonly service: string;
  readonly operation: string;
}

/** Operations that a fault can be put into: called by another service, and often enough. */
export function targetsOf(normal: readonly Traced[]): Target[] {
  const counts = new Map<string, Target & { calls: number }>();
  for (const call of linkSpans(normal.flatMap(({ spans }) => spans))) {
    const { service, operation } = call.span;
    if (call.parent === null || !isEntry(call)) continue;
    const key = `${service} ${operation}`;
    const known = counts.get(key) ?? { service, operation, calls: 0 };
    if (counts.size < operationsMax) counts.set(key, { ...known, calls: known.calls + 1 });
  }
  const often = [...counts].filter(([, { calls }]) => calls >= targetCallsMin).sort(([a], [b]) => byCodeUnit(a, b));
  return often.map(([, { service, operation }]) => ({ service, operation }));
}

const pick = <T>(items: readonly T[], random: Random): T | undefined => items[Math.floor(random() * items.length)];

// A normal deviate (Box and Muller, 1958).
const deviate = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function faultIn(targets: readonly Target[], kind: SeededKind, random: Random): SeededFault {
  const service = pick([...new Set(targets.map((target) => target.service))], random);
  const target = pick(targets.filter((each) => each.service === service), random); // prettier-ignore
  if (target === undefined) throw new RangeError("The normal traces hold no operation that is called often enough.");
  const logged = seededKinds[kind].kind === "exception" || random() < 0.5;
  // What returns wrongly returns early; an exception comes anywhere.
  const progress = random() * (seededKinds[kind].kind === "exception" ? 1 : 0.5);
  return { ...seededKinds[kind], ...target, progress, spreads: random() < 0.7, logged, wording: Math.floor(random() * wordings) };
}

function drawn(normal: readonly Traced[], placing: { minute: number; normalMinute: number }, random: Random): Traced[] {
  const laterMs = (placing.minute - placing.normalMinute) * minuteMs;
  return normal.flatMap(() => {
    const one = pick(normal, random);
    return one ? [copied(one, { minute: placing.minute, laterMs, times: Math.exp(speedSpread * deviate(random)) }, random)] : [];
  });
}

/** What the normal stretch of a seeded set holds: a part of the given traces, so that the windows hold some that it does not. */
export function seenNormal(normal: readonly Traced[], seed: number): Traced[] {
  const random = randomOf(seed);
  return normal.filter(() => random() >= unseenShare);
}

/** Case number `index` of a set: normal traces drawn anew, with the fault from its onset in the first minute on. The same seed gives the same case. */
export function seededCase(
  normal: readonly Traced[],
  set: { kind: SeededKind | typeof healthySet; seed: number; normalMinute: number },
  index: number,
): SeededCase {
  const random = randomOf(set.seed * 1_000_003 + setNames.indexOf(set.kind) * 10_007 + index);
  const fault = set.kind === healthySet ? null : faultIn(targetsOf(normal), set.kind, random);
  const first = set.normalMinute + firstCaseAfterMinutes + index * caseEveryMinutes;
  const minutes = Array.from({ length: windowMinutes }, (_, i) => first + i);
  const shiftMs = (first - set.normalMinute) * minuteMs;
  const startMs = Math.min(...normal.flatMap(({ spans }) => spans.map((span) => span.startMs))) + shiftMs;
  const onsetMs = startMs + (0.1 + 0.7 * random()) * minuteMs;
  const traces = minutes.flatMap((minute) => drawn(normal, { minute, normalMinute: set.normalMinute }, random));
  return { fault, minutes, onsetMs, traces: fault === null ? traces : traces.map((traced) => withFault(traced, fault, onsetMs)) };
}
