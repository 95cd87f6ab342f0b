import type { EntityId, Finding } from "@sre/contracts/evidence";
import { roleOf } from "../finding.ts";
import type { Seen } from "../seen/seen.ts";
import { earliest, ms } from "../time.ts";

/** What has to be explained: where it hurts, and since when. */
export interface Focus {
  /** Components of the alerts, or of what is to be judged when nothing alerts. */
  readonly components: readonly EntityId[];
  readonly entities: readonly EntityId[];
  readonly onsetMs: number;
  readonly toleranceMs: number;
}

export const onsetOf = (findings: readonly Finding[]): number | null =>
  earliest(findings.map(({ from }) => (from === undefined ? null : ms(from))));

// Rates look back over their range: an onset is never known better than this.
const onsetToleranceMsMin = 120_000;

/** How far an onset may be from what is told of it: what began within a step is told from the step's start. */
function toleranceOf(seen: Seen): number {
  const steps = seen.series
    .filter(({ signal }) => signal.startsWith("golden:"))
    .map(({ window, recent }) => (recent?.window ?? window).stepMs);
  return steps.length === 0 ? onsetToleranceMsMin : Math.max(onsetToleranceMsMin, Math.min(...steps));
}

/** The focus of a scope, with the onset of what hurts: the first symptom there, else the first alert. */
export function focusOf(seen: Seen, findings: readonly Finding[]): Focus {
  const { scope, graph } = seen;
  const entities = scope.alerts.length > 0 ? [...new Set(scope.alerts.map(({ entity }) => entity))] : scope.entities;
  const components = [...new Set(entities.map((entity) => graph.component(entity)))];
  const hurting = findings.filter((found) => roleOf(found) === "symptom" && components.includes(graph.component(found.entity)));
  const alerted = earliest(scope.alerts.map(({ starts_at }) => ms(starts_at)));
  const onset = earliest([onsetOf(hurting), alerted]) ?? ms(scope.as_of);
  return { entities, components, onsetMs: onset, toleranceMs: toleranceOf(seen) };
}
