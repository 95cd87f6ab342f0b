import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import type { QuestionOf, RuleData, Window } from "@sre/contracts/evidence";
import { SourceFailure, instantOf, type Asking, type Found } from "../source.ts";
import type { AlertingRule } from "./api.ts";
import { coverageOf, gridOf, onGrid, type Grid } from "./grid.ts";
import { speaksOf, type RoleLabels } from "./placement.ts";
import { renderPromQL, select } from "./promql.ts";
import { readRuleExpression, type RuleExpression } from "./rule-expression.ts";
import type { Tools } from "./tools.ts";

type RuleQuestion = QuestionOf<"rule">;
type Row = RuleData["rows"][number];
const rowsMax = 200;

const compares: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** How well a rule fits an alert of its name: one whose active alert names the entity, before one that names another. */
function fit(rule: AlertingRule, question: RuleQuestion, labels: RoleLabels): number {
  const said = (rule.alerts ?? []).map((alert) => speaksOf(alert.labels, question.alert.entity, labels));
  if (said.includes("yes")) return 3;
  const own = speaksOf(rule.labels ?? {}, question.alert.entity, labels);
  if (own === "no") return 0;
  return said.length === 0 || said.includes("silent") ? 2 : 1;
}

/** The rule of the alert's name; among several the one that fits its entity best, then the first by its text. */
function ruleOf(rules: readonly AlertingRule[], question: RuleQuestion, labels: RoleLabels): AlertingRule | null {
  const named = rules.filter(({ name }) => name === question.alert.name);
  const order = named.map((rule) => ({ rule, fit: fit(rule, question, labels) }));
  order.sort((a, b) => b.fit - a.fit || byCodeUnit(a.rule.query, b.rule.query));
  return order[0]?.rule ?? null;
}

/** Stretches of samples for which `fires` holds, each sample standing for the step before it. */
function stretches(values: readonly (number | null)[], grid: Grid, fires: (value: number) => boolean): Window[] {
  const windows: { fromMs: number; toMs: number }[] = [];
  for (const [i, value] of values.entries()) {
    if (value === null || !fires(value)) continue;
    const endMs = grid.firstMs + i * grid.stepMs;
    const last = windows.at(-1);
    if (last && last.toMs === endMs - grid.stepMs) last.toMs = endMs;
    else windows.push({ fromMs: endMs - grid.stepMs, toMs: endMs });
  }
  return windows.map(({ fromMs, toMs }) => ({ from: instantOf(fromMs), to: instantOf(toMs) }));
}

/** Overlapping and adjoining windows as one. */
function union(windows: readonly Window[]): Window[] {
  const merged: { from: string; to: string }[] = [];
  for (const window of [...windows].sort((a, b) => byCodeUnit(a.from, b.from))) {
    const last = merged.at(-1);
    if (last && window.from <= last.to) last.to = window.to > last.to ? window.to : last.to;
    else merged.push({ ...window });
  }
  return merged;
}

/** Rows of another entity say nothing about this alert. */
function rowsFor<R extends { readonly metric: Readonly<Record<string, string>> }>(
  rows: readonly R[],
  question: RuleQuestion,
  labels: RoleLabels,
): R[] {
  const said = rows.map((row) => ({ row, says: speaksOf(row.metric, question.alert.entity, labels) }));
  const named = said.filter(({ says }) => says === "yes");
  return (named.length > 0 ? named : said.filter(({ says }) => says === "silent")).map(({ row }) => row);
}

async function recordedFiring(tools: Tools, question: RuleQuestion, { grid, asking }: { grid: Grid; asking: Asking }): Promise<Window[]> {
  const matchers = [{ label: "alertname", op: "=", value: question.alert.name }, { label: "alertstate", op: "=", value: "firing" }] as const; // prettier-ignore
  const { rows } = await tools.api.range(renderPromQL(select("ALERTS", matchers)), grid, asking);
  const mine = rowsFor(rows, question, tools.conventions.labels);
  return union(mine.flatMap(({ values }) => stretches(onGrid(values, grid), grid, () => true)));
}

// What the rule engine would have found: in breach for longer than `for`.
function computedFiring(
  rows: readonly Row[],
  { threshold, comparison }: RuleExpression,
  { grid, forSeconds }: { grid: Grid; forSeconds: number },
): Window[] {
  const compare = comparison === null ? undefined : compares[comparison];
  if (!compare || threshold === null) return [];
  const long = rows.flatMap(({ values }) => stretches(values, grid, (value) => compare(value, threshold)));
  const late = long.map(({ from, to }) => ({ from: instantOf(Date.parse(from) + forSeconds * 1_000), to }));
  return union(late.filter(({ from, to }) => from < to));
}

/** The alert's own rule, drawn over the window against its threshold, and when it fired. */
export async function answerRule(tools: Tools, question: RuleQuestion, asking: Asking): Promise<Found> {
  const grid = gridOf(question.window, question.step_seconds, asking.context.asOf);
  if (grid === null) throw new SourceFailure("not_recorded", "no whole step of the window lies before the time that is asked about");
  const rules = await tools.api.alertingRules(asking);
  const rule = ruleOf(rules, question, tools.conventions.labels);
  if (!rule)
    throw new SourceFailure("not_recorded", `none of the ${rules.length} alerting rules is named ${JSON.stringify(question.alert.name)}`);
  const read = readRuleExpression(rule.query);
  const expression: RuleExpression = read ?? { left: rule.query, comparison: null, threshold: null, rangeSeconds: null, unit: null };
  const [drawn, recorded] = await Promise.all([
    tools.api.range(expression.left, grid, asking),
    recordedFiring(tools, question, { grid, asking }),
  ]);
  const rows = rowsFor(drawn.rows, question, tools.conventions.labels).map(({ metric, values }) => ({
    labels: boundedLabels(metric),
    values: onGrid(values, grid),
  }));
  rows.sort((a, b) => byCodeUnit(canonicalJson(a.labels), canonicalJson(b.labels)));
  const shown = rows.slice(0, rowsMax);
  const forSeconds = rule.duration ?? 0;
  const fired = recorded.length > 0 ? recorded : computedFiring(shown, expression, { grid, forSeconds });
  const coverage = coverageOf(grid, shown, 1);
  const cut = drawn.cut || rows.length > rowsMax;
  return {
    data: {
      about: "rule", expression: rule.query, threshold: expression.threshold, comparison: expression.comparison, for_seconds: rule.duration ?? null, range_seconds: expression.rangeSeconds,
      objective: objectiveOf(rule), start: instantOf(grid.firstMs), step_ms: grid.stepMs, unit: expression.unit, rows: shown, fired,
    },
    coverage: cut ? { ...coverage, complete: false, truncated_by: "rows" } : coverage,
  }; // prettier-ignore
}

// Sloth and Pyrra label the rules they write with the objective, in percent.
function objectiveOf(rule: AlertingRule): number | null {
  const said = rule.labels?.["slo_objective"] ?? rule.labels?.["sloth_objective"] ?? rule.labels?.["objective"];
  const percent = said === undefined ? Number.NaN : Number(said);
  return Number.isFinite(percent) && percent > 0 && percent <= 100 ? percent / 100 : null;
}

const labelCharactersMax = 2_048;
const labelsMax = 64;

/** Labels as the contract takes them: at most 64 plain names, values cut. */
function boundedLabels(metric: Readonly<Record<string, string>>): Record<string, string> {
  const plain = Object.entries(metric).filter(([name]) => /^[a-zA-Z_][a-zA-Z0-9_.]{0,127}$/.test(name));
  return Object.fromEntries(plain.slice(0, labelsMax).map(([name, value]) => [name, value.slice(0, labelCharactersMax)]));
}
