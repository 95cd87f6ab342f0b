import { byCodeUnit, sixDigits } from "@sre/contracts/canonical";
import type { Answered, DataOf, EntityId, Scope, ScopeAlert } from "@sre/contracts/evidence";
import { quantile } from "@sre/timeseries";
import { answerOf } from "./answers.ts";
import { hasFailed } from "./calls.ts";
import { namespaceEntity, serviceEntity } from "./entities.ts";
import { faultWindow, normalWindow, stepMs, wholeWindow, type Axis } from "./grid.ts";
import type { Call } from "./spans.ts";

/** What a plain latency or error alert on the outermost calls would be set to. */
const slowTimes = 1.5;
const slowSecondsMin = 0.05;
const failedShare = 0.05;
const callsMin = 3;
const alertsMax = 3;

type Alert = DataOf<"alerts">["alerts"][number];

interface Symptom {
  readonly alert: Alert;
  readonly entity: EntityId;
  /** Seconds lost in the window, or failed calls. */
  readonly cost: number;
}

interface Observed {
  readonly normal: readonly Call[];
  readonly window: readonly Call[];
  /** By minute of the window. */
  readonly minutes: readonly (readonly [endMs: number, calls: readonly Call[]])[];
}

const seconds = ({ span }: Call): number => (span.endMs - span.startMs) / 1_000;
const p90 = (calls: readonly Call[]): number => quantile(calls.map(seconds), 0.9) ?? 0;
const failures = (calls: readonly Call[]): number => calls.filter(({ span }) => hasFailed(span)).length / Math.max(1, calls.length);

function firstMinute({ minutes }: Observed, holds: (calls: readonly Call[]) => boolean, asOfMs: number): string {
  const first = minutes.find(([, calls]) => calls.length > 0 && holds(calls));
  return new Date(Math.min(first?.[0] ?? asOfMs, asOfMs)).toISOString();
}

function slow(entity: EntityId, seen: Observed, asOfMs: number): Symptom[] {
  const [normal, observed] = [p90(seen.normal), p90(seen.window)];
  const limit = Math.max(normal * slowTimes, normal + slowSecondsMin);
  if (seen.normal.length < callsMin || seen.window.length < callsMin || observed <= limit) return [];
  const reading = { signal: { golden: "latency" }, statistic: "p90", unit: "s", normal: sixDigits(normal), observed: sixDigits(observed) } as const; // prettier-ignore
  const from = firstMinute(seen, (calls) => p90(calls) > limit, asOfMs);
  const alert: Alert = { name: "RequestsSlow", entity, state: "firing", from, to: null, readings: [reading] };
  return [{ alert, entity, cost: (observed - normal) * seen.window.length }];
}

function failing(entity: EntityId, seen: Observed, asOfMs: number): Symptom[] {
  const [normal, observed] = [failures(seen.normal), failures(seen.window)];
  if (seen.window.length < callsMin || observed < normal + failedShare) return [];
  const reading = { signal: { golden: "errors" }, statistic: "ratio", unit: "1", normal: sixDigits(normal), observed: sixDigits(observed) } as const; // prettier-ignore
  const from = firstMinute(seen, (calls) => failures(calls) > normal, asOfMs);
  const alert: Alert = { name: "RequestsFailing", entity, state: "firing", from, to: null, readings: [reading] };
  return [{ alert, entity, cost: observed * seen.window.length }];
}

/** What users call: the services that the outermost spans hand their requests to, or the outermost themselves. */
function outermost(calls: readonly Call[]): ReadonlyMap<string, Call[]> {
  const roots = new Set(calls.filter(({ parent }) => parent === null).map(({ span }) => span.service));
  const handed = calls.filter(({ span, parent }) => parent !== null && parent.service !== span.service && roots.has(parent.service));
  const chosen = handed.length > 0 ? handed : calls.filter(({ parent }) => parent === null);
  return Map.groupBy(chosen, ({ span }) => span.service);
}

function observedOf(calls: readonly Call[], axis: Axis): Observed {
  const firstWindow = axis.points - axis.windowPoints;
  const at = (call: Call) => axis.indexOf(call.span.minute) ?? -1;
  const minutes = Array.from({ length: axis.windowPoints }, (_, i) => firstWindow + i);
  return {
    normal: calls.filter((call) => at(call) >= 0 && at(call) < axis.normalPoints),
    window: calls.filter((call) => at(call) >= firstWindow),
    minutes: minutes.map((index) => [axis.firstMs + index * stepMs, calls.filter((call) => at(call) === index)] as const),
  };
}

function symptomsOf(calls: readonly Call[], axis: Axis): Symptom[] {
  const found = [...outermost(calls)].flatMap(([service, own]) => {
    const [entity, seen] = [serviceEntity(service), observedOf(own, axis)];
    return [...failing(entity, seen, axis.asOfMs), ...slow(entity, seen, axis.asOfMs)];
  });
  return found.sort((a, b) => b.cost - a.cost || byCodeUnit(a.entity, b.entity)).slice(0, alertsMax);
}

function scopeAlert({ alert, entity }: Symptom): ScopeAlert {
  return { name: alert.name, entity, severity: "critical", starts_at: alert.from, ends_at: null, labels: {}, annotations: {} };
}

/**
 * What a person on call would know at the end of the window: which of the services that users call are slow or fail by the
 * traces, and where requests come in. The normal stretch is the baseline.
 */
export function scopeOfCase(calls: readonly Call[], axis: Axis): { scope: Scope; alerts: Answered } {
  const symptoms = symptomsOf(calls, axis);
  const roots = calls.filter(({ parent }) => parent === null).map(({ span }) => serviceEntity(span.service));
  const first = [...new Set(roots)].sort(byCodeUnit);
  const named = [...new Set([...symptoms.map(({ entity }) => entity), ...first])].sort(byCodeUnit);
  const window = faultWindow(axis);
  const baseline = normalWindow(axis);
  const scope: Scope = {
    as_of: window.to,
    window,
    baselines: baseline === null ? [] : [baseline],
    alerts: symptoms.map(scopeAlert),
    entities: named.length > 0 ? named : [namespaceEntity],
    deployment: null,
  };
  const question = { about: "alerts", in: namespaceEntity, window: wholeWindow(axis) } as const;
  const data = { about: "alerts" as const, alerts: symptoms.map(({ alert }) => alert) };
  return { scope, alerts: answerOf(axis, { question, data, missing: 0 }) };
}
