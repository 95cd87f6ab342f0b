import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId } from "@sre/contracts/evidence";
import type { RankedCause } from "../prediction.ts";

/** An object, what is strange about it, and how strange it is. */
export interface Suspect {
  readonly entity: EntityId;
  readonly fault: string;
  readonly score: number;
  /** The change that is blamed. */
  readonly change?: string;
}

/** The most answers that a baseline gives. */
const answersMax = 500;

/** Each object and fault once, with its highest score, highest first; equal scores share a rank. */
export function ranked(suspects: readonly Suspect[]): RankedCause[] {
  const best = new Map<string, Suspect>();
  for (const suspect of suspects) {
    const key = `${suspect.entity} ${suspect.fault}`;
    if (!Number.isNaN(suspect.score) && suspect.score > (best.get(key)?.score ?? Number.NEGATIVE_INFINITY)) best.set(key, suspect);
  }
  const ordered = [...best].sort(([a, x], [b, y]) => y.score - x.score || byCodeUnit(a, b)).map(([, suspect]) => suspect);
  const rankOf = new Map<number, number>();
  ordered.forEach(({ score }, i) => rankOf.has(score) || rankOf.set(score, i + 1));
  return ordered.slice(0, answersMax).map(({ entity, fault, score, change }) => ({
    rank: rankOf.get(score) ?? 1,
    entity,
    fault,
    confidence: Number(score.toPrecision(6)),
    where: [],
    belongs_to: [],
    evidence: [],
    change: change ?? null,
  }));
}
