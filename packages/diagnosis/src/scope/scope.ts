import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import type { Answer, EntityId, Instant, Scope, ScopeAlert, Window } from "@sre/contracts/evidence";
import { diagnosisLimits } from "../limits.ts";
import { earlier, earliest, instant, ms } from "../time.ts";

export interface ScopeInput {
  readonly asOf: Instant;
  readonly alerts: readonly ScopeAlert[];
  readonly entities: readonly EntityId[];
  readonly deployment: EntityId | null;
}

const daySeconds = 24 * 60 * 60;
const gridMs = 60_000;
const floorToGrid = (moment: number) => Math.floor(moment / gridMs) * gridMs;

/** Just before the window, and the same time yesterday and a week ago. */
function baselinesOf(window: Window): Window[] {
  const length = (ms(window.to) - ms(window.from)) / 1000;
  const before = Math.min(Math.max(length, diagnosisLimits.baselineSecondsMin), diagnosisLimits.baselineSecondsMax);
  return [
    { from: instant(ms(window.from) - before * 1000), to: window.from },
    earlier(window, daySeconds),
    earlier(window, 7 * daySeconds),
  ];
}

function windowFrom(asOfMs: number, start: number, leadSeconds: number): number {
  const from = floorToGrid(Math.min(start, asOfMs) - leadSeconds * 1000);
  return Math.max(from, floorToGrid(asOfMs - diagnosisLimits.windowSecondsMax * 1000));
}

function uniqueAlerts(input: ScopeInput): ScopeAlert[] {
  const known = input.alerts.filter((alert) => ms(alert.starts_at) <= ms(input.asOf));
  const byContent = new Map(known.map((alert) => [canonicalJson(alert), alert]));
  const order = (alert: ScopeAlert) => `${instant(ms(alert.starts_at))} ${alert.entity} ${alert.name} ${canonicalJson(alert)}`;
  return [...byContent.values()].sort((a, b) => byCodeUnit(order(a), order(b))).slice(0, diagnosisLimits.alertsMax);
}

/**
 * What is to be explained: the window reaches from half an hour before the first alert to `asOf`, and its baselines lie
 * outside of it. Alerts that start later than `asOf` are left out. Throws RangeError when nothing names an entity.
 */
export function scopeOf(input: ScopeInput): Scope {
  const alerts = uniqueAlerts(input);
  const deployment = input.deployment === null ? [] : [input.deployment];
  const entities = [...new Set([...input.entities, ...alerts.map(({ entity }) => entity), ...deployment])].sort(byCodeUnit);
  if (entities.length === 0) throw new RangeError("A scope needs an alert, an entity or a deployment.");
  const asOfMs = ms(input.asOf);
  const start = Math.min(asOfMs, ...alerts.map((alert) => ms(alert.starts_at)));
  const lead = alerts.length === 0 ? diagnosisLimits.baselineSecondsMin : diagnosisLimits.leadSecondsMin;
  const window = { from: instant(windowFrom(asOfMs, start, lead)), to: instant(asOfMs) };
  return { as_of: instant(asOfMs), window, baselines: baselinesOf(window), alerts, entities, deployment: input.deployment };
}

// Before a rule fires, its condition has held for `for`, and its samples look back over its range.
const leadMarginSeconds = 10 * 60;

function ruleLeadSeconds(answers: readonly Answer[]): number {
  const leads = answers.map((answer) => {
    if (answer.kind !== "answered" || answer.data.about !== "rule") return 0;
    return (answer.data.for_seconds ?? 0) + (answer.data.range_seconds ?? 0);
  });
  return Math.max(0, ...leads);
}

function judgedChangeStarts(scope: Scope, answers: readonly Answer[]): number[] {
  return answers.flatMap((answer) => {
    if (scope.deployment === null || answer.kind !== "answered" || answer.data.about !== "changes") return [];
    const own = answer.data.changes.filter((change) => change.entity === scope.deployment);
    return own
      .map((change) => ms(change.started_at))
      .filter((start) => start <= ms(scope.as_of) && start >= ms(scope.as_of) - daySeconds * 1000);
  });
}

/**
 * The scope once the alerts' own rules are known: the window reaches back over `for` and range, and over the rollout
 * that is judged, so that no baseline swallows the fault. Refining twice changes nothing more.
 */
export function refineScope(scope: Scope, answers: readonly Answer[]): Scope {
  const asOfMs = ms(scope.as_of);
  const starts = scope.alerts.map((alert) => ms(alert.starts_at));
  const lead = ruleLeadSeconds(answers) + leadMarginSeconds;
  const wanted = starts.length === 0 ? [] : [windowFrom(asOfMs, Math.min(...starts), lead)];
  const rollouts = judgedChangeStarts(scope, answers).map((start) => windowFrom(asOfMs, start, leadMarginSeconds));
  const from = Math.min(ms(scope.window.from), ...wanted, ...rollouts);
  if (from === ms(scope.window.from)) return scope;
  const window = { from: instant(from), to: scope.window.to };
  return { ...scope, window, baselines: baselinesOf(window) };
}

/** The step that draws the window and the baseline before it in a bounded number of points. Seconds. */
export function stepSeconds(scope: Scope): number {
  const from = scope.baselines[0]?.from ?? scope.window.from;
  const span = (ms(scope.window.to) - ms(from)) / 1000;
  const steps = [15, 30, 60, 120, 300, 600, 900, 1_800];
  return steps.find((step) => span / step <= diagnosisLimits.pointsPerSeriesMax) ?? 3_600;
}

const recentSteps = [60, 30, 15, 10, 5, 2, 1];
// So many samples must an alert's age hold before a series can show what it is about.
const recentSamplesMin = 6;

/**
 * How to look at what has only just begun: the newest stretch in steps that the first alert's age holds several of. Null
 * when the usual step shows it well enough, or nothing alerts.
 */
export function recentLook(scope: Scope): { readonly window: Window; readonly step_seconds: number } | null {
  const first = earliest(scope.alerts.map(({ starts_at }) => ms(starts_at)));
  if (first === null) return null;
  const age = (ms(scope.as_of) - first) / 1000;
  const step = recentSteps.find((one) => one * recentSamplesMin <= age) ?? 1;
  if (age >= stepSeconds(scope) * recentSamplesMin || step >= stepSeconds(scope)) return null;
  const from = ms(scope.as_of) - Math.min(diagnosisLimits.pointsPerSeriesMax * step, diagnosisLimits.recentSecondsMax) * 1000;
  return { window: { from: instant(Math.max(from, ms(drawnWindow(scope).from))), to: scope.window.to }, step_seconds: step };
}

// Long enough before the first alert to tell what is usual, in seconds, where nothing else tells it.
const usageLeadSeconds = 20 * 60;

/** How to look at what is used: from a while before the first alert on, in the finest steps that stay bounded in number. */
export function usageLook(scope: Scope): { readonly window: Window; readonly step_seconds: number } {
  const drawn = drawnWindow(scope);
  const first = earliest(scope.alerts.map(({ starts_at }) => ms(starts_at)));
  const from = first === null ? ms(drawn.from) : Math.max(ms(drawn.from), first - usageLeadSeconds * 1000);
  const seconds = (ms(drawn.to) - from) / 1000;
  const steps = recentSteps.filter((step) => seconds / step <= diagnosisLimits.pointsPerSeriesMax);
  return { window: { from: instant(from), to: drawn.to }, step_seconds: Math.min(stepSeconds(scope), ...steps) };
}

/** The window together with the baseline just before it: one question tells both. */
export function drawnWindow(scope: Scope): Window {
  return { from: scope.baselines[0]?.from ?? scope.window.from, to: scope.window.to };
}
