import type { Finding } from "@sre/contracts/evidence";
import { present, type Sample } from "@sre/timeseries";
import { finding } from "../finding.ts";
import { conditionReading } from "../messages/findings.ts";
import { fill } from "../messages/words.ts";
import type { Seen, SeenRule } from "../seen/seen.ts";
import { isFresh, sampleAt, stretch, type Stretch } from "../seen/series.ts";
import { ms } from "../time.ts";

/* The alert's own expression against its own threshold: is it in breach now, was it, for how long. */

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  ">": (value, threshold) => value > threshold,
  ">=": (value, threshold) => value >= threshold,
  "<": (value, threshold) => value < threshold,
  "<=": (value, threshold) => value <= threshold,
  "==": (value, threshold) => value === threshold,
  "!=": (value, threshold) => value !== threshold,
};

// One good sample may be chance; two in a row end a breach.
const calmSamplesMin = 2;

interface Breach {
  readonly lasting: boolean;
  readonly seconds: number;
  readonly first: string | null;
  readonly value: number | null;
}

type Test = (value: Sample) => boolean;

function breachOf(row: Stretch, breaks: Test): Breach {
  const known = row.values.map((value, i) => ({ value, i })).filter(({ value }) => value !== null);
  const broken = known.filter(({ value }) => breaks(value));
  const newest = known.slice(-calmSamplesMin);
  const first = broken[0];
  return {
    lasting: newest.some(({ value }) => breaks(value)),
    seconds: (broken.length * row.stepMs) / 1000,
    first: first === undefined ? null : sampleAt(row, first.i),
    value: known.at(-1)?.value ?? null,
  };
}

function worst(breaches: readonly Breach[]): Breach | null {
  const order = (breach: Breach) => (breach.lasting ? 1e9 : 0) + breach.seconds;
  return breaches.reduce<Breach | null>((best, breach) => (best === null || order(breach) > order(best) ? breach : best), null);
}

function byThreshold(seen: Seen, { data }: SeenRule): Breach | null {
  const compare = data.comparison === null ? undefined : comparisons[data.comparison];
  const { threshold } = data;
  if (compare === undefined || threshold === null) return null;
  const span = [ms(seen.scope.window.from), ms(seen.scope.window.to)] as const;
  const rows = data.rows
    .map((row) => stretch(data, row.values, span))
    .filter((row) => present(row.values).length >= calmSamplesMin && isFresh(row, span[1]));
  return worst(rows.map((row) => breachOf(row, (value) => value !== null && compare(value, threshold))));
}

// Without a threshold only the stretches in which the rule fired can tell. The rule did fire once, or nobody would ask: no
// stretch at all is a source that does not know.
function byFiring(seen: Seen, { data }: SeenRule): Breach | null {
  if (data.threshold !== null) return null;
  const [from, to] = [ms(seen.scope.window.from), ms(seen.scope.window.to)];
  const fired = data.fired.filter((window) => ms(window.to) > from && ms(window.from) <= to);
  if (fired.length === 0) return null;
  const seconds = fired.reduce((sum, window) => sum + (Math.min(ms(window.to), to) - Math.max(ms(window.from), from)) / 1000, 0);
  const lasting = fired.some((window) => ms(window.to) >= to - data.step_ms);
  const first = fired.map((window) => window.from).sort()[0] ?? null;
  return { lasting, seconds, first, value: null };
}

function worded(rule: SeenRule, breach: Breach): Finding {
  const { data, alert, entity, cite } = rule;
  const values = {
    alert,
    value: breach.value ?? "?",
    threshold: data.threshold ?? "?",
    comparison: data.comparison ?? "",
    seconds: breach.seconds,
  };
  const known = breach.value !== null && data.threshold !== null && data.comparison !== null;
  const reading = known ? fill(conditionReading, { ...values, unit: data.unit ?? "?" }) : { en: "", "zh-TW": "" };
  const what = breach.lasting ? "rule_breached" : breach.seconds > 0 ? "rule_recovered" : "rule_not_breached";
  const from = breach.first === null ? {} : { from: breach.first };
  return finding({ what, entity, ...from, strength: breach.lasting ? 0.7 : 0.3, evidence: [cite], values, words: { reading } });
}

/**
 * For each alert whose rule was answered with enough samples: in breach, recovered, or never in breach. Of two looks at
 * one rule the finer one knows what is now; where that one never saw a breach, the other may have seen an earlier one.
 */
export function detectRule(seen: Seen): Finding[] {
  const finestFirst = [...seen.rules].sort((a, b) => a.data.step_ms - b.data.step_ms);
  const told = finestFirst.flatMap((rule) => {
    const breach = byThreshold(seen, rule) ?? byFiring(seen, rule);
    return breach === null ? [] : [{ rule, breach }];
  });
  const byAlert = Map.groupBy(told, ({ rule }) => `${rule.entity} ${rule.alert}`);
  return [...byAlert.values()].flatMap((looks) => {
    const telling = looks.find(({ breach }) => breach.seconds > 0) ?? looks[0];
    return telling === undefined ? [] : [worded(telling.rule, telling.breach)];
  });
}
