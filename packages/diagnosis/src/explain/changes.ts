import type { ChangeRecord, EntityId, Finding } from "@sre/contracts/evidence";
import { byCodeUnit } from "@sre/contracts/canonical";
import { kindOf } from "../entities.ts";
import { finding, roleOf } from "../finding.ts";
import { diagnosisLimits } from "../limits.ts";
import { changeKindWords, type FindingKind } from "../messages/findings.ts";
import { brief } from "../messages/words.ts";
import type { Cited, Seen } from "../seen/seen.ts";
import { instant, ms } from "../time.ts";
import { onsetOf } from "./focus.ts";

export type SeenChange = Cited<ChangeRecord>;

/** What a person calls a change: its title, else what it went to. */
export function changeTitle(change: ChangeRecord): string {
  return brief(change.title !== "" ? change.title : `${change.from ?? "?"} → ${change.to ?? "?"}`, 120);
}

// Things that others read rather than call: a change of them is a change of whoever reads them.
const passiveKinds: ReadonlySet<string> = new Set(["config", "secret", "quota", "policy", "certificate", "identity"]);

export const isPassive = (id: EntityId): boolean => passiveKinds.has(kindOf(id));

/** Whether a change was made to this component, or says that it touches it. */
function concerns(seen: Seen, change: ChangeRecord, component: EntityId): boolean {
  const { graph } = seen;
  if ([change.entity, ...change.touches].some((id) => graph.component(id) === component)) return true;
  return isPassive(change.entity) && graph.needs(component).includes(graph.component(change.entity));
}

export interface Proximity {
  readonly change: SeenChange;
  /** 0 to 1: 1 within ten minutes before the onset, falling to 0.3 at the limit. */
  readonly closeness: number;
  readonly beforeOnsetMs: number;
}

const freshMs = 10 * 60_000;
const oldMs = diagnosisLimits.changeBeforeOnsetSecondsMax * 1000;

/** When something began, as far as a change may have begun it. */
export interface Onset {
  readonly onsetMs: number;
  readonly toleranceMs: number;
  /** Since when its own objects have been in a broken state; null when none is known to be. */
  readonly brokenMs: number | null;
}

/** The onset of a mechanism and of what users felt of it. */
export function onsetFor(mechanism: readonly Finding[], onset: Omit<Onset, "brokenMs">): Onset {
  return { ...onset, brokenMs: onsetOf(mechanism.filter((found) => roleOf(found) === "state")) };
}

// The first rollout of a workload replaced nothing. It is at fault only if its objects never worked: what users felt of a
// young workload may be no more than the unrest of its start, and what ran well at first was broken by something else.
export const isCreation = ({ origin, from }: SeenChange) => origin === "rollout" && from === null;

function beforeOnset(change: SeenChange, { onsetMs, brokenMs }: Onset): number {
  if (!isCreation(change)) return onsetMs - ms(change.started_at);
  return brokenMs === null ? Number.POSITIVE_INFINITY : brokenMs - ms(change.started_at);
}

const isTooEarly = (change: SeenChange, beforeMs: number, toleranceMs: number): boolean =>
  beforeMs > (isCreation(change) ? toleranceMs : oldMs);

/** How near before an onset a change lies; null when it lies after it, too long before it, or reached nothing. */
export function proximity(change: SeenChange, onset: Onset): Proximity | null {
  const before = beforeOnset(change, onset);
  if (before < -onset.toleranceMs || isTooEarly(change, before, onset.toleranceMs) || change.share === 0) return null;
  const fade = before <= freshMs ? 1 : 1 - (0.7 * (before - freshMs)) / (oldMs - freshMs);
  const share = change.share === null ? 1 : 0.5 + 0.5 * change.share;
  return { change, closeness: fade * share, beforeOnsetMs: Math.max(0, before) };
}

/** The change that most likely led to an onset in a component; null when there is none. */
export function blamedChange(seen: Seen, component: EntityId, onset: Onset): Proximity | null {
  const near = seen.changes.flatMap((change) => {
    const close = concerns(seen, change, component) ? proximity(change, onset) : null;
    return close === null ? [] : [close];
  });
  near.sort((a, b) => b.closeness - a.closeness || a.beforeOnsetMs - b.beforeOnsetMs || byCodeUnit(a.change.id, b.change.id));
  return near[0] ?? null;
}

function worded(change: SeenChange, what: FindingKind, more: { strength: number; values?: Record<string, number | string> }): Finding {
  const values = { title: changeTitle(change), change: change.id, change_kind: change.kind, ...more.values };
  const words = { change_kind: changeKindWords[change.kind] ?? { en: change.kind, "zh-TW": change.kind } };
  return finding({
    what,
    entity: change.entity,
    from: instant(ms(change.started_at)),
    strength: more.strength,
    evidence: [change.cite],
    values,
    words,
  });
}

/** "checkout 2.14.0 reached checkout 3 min before the onset". */
export function changeFinding({ change, closeness, beforeOnsetMs }: Proximity): Finding {
  const share = change.share === null ? {} : { share: change.share };
  return worded(change, "change_near_onset", { strength: closeness, values: { before_onset: beforeOnsetMs / 1000, ...share } });
}

/** Why a change is not to blame, given the onset of what hurts and the components that matter to it. */
export function acquittal(
  seen: Seen,
  change: SeenChange,
  focus: { onsetMs: number; toleranceMs: number; relevant: ReadonlySet<EntityId> },
): Finding {
  const before = focus.onsetMs - ms(change.started_at);
  const strength = 0.5;
  if (before < -focus.toleranceMs) return worded(change, "change_after_onset", { strength, values: { after_onset: -before / 1000 } });
  if (change.share === 0) return worded(change, "change_reached_nothing", { strength });
  const touched = [...focus.relevant].some((component) => concerns(seen, change, component));
  if (!touched) return worded(change, "change_unrelated", { strength });
  if (isCreation(change)) return worded(change, "change_first_rollout", { strength });
  if (before > oldMs) return worded(change, "change_too_early", { strength, values: { before_onset: before / 1000 } });
  return worded(change, "change_no_effect", { strength });
}
