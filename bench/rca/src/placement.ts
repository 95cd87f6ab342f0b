import type { RankedCause } from "./prediction.ts";
import type { Measure } from "./vocabulary.ts";

/** Where the truth stands: how many different answers stand before it, and how many share its rank, itself among them. */
export interface Placement {
  readonly before: number;
  readonly tied: number;
}

/** The place of the truth in a ranking whose answers are told apart by the measure's words; null when it is not in it. */
export function placementOf(ranked: readonly RankedCause[], measure: Measure): Placement | null {
  const ranks = new Map<string, number>();
  for (const cause of ranked) {
    const word = measure.said(cause) ?? `outside ${cause.entity}`;
    ranks.set(word, Math.min(cause.rank, ranks.get(word) ?? cause.rank));
  }
  const own = ranks.get(measure.truth);
  if (own === undefined) return null;
  const all = [...ranks.values()];
  return { before: all.filter((rank) => rank < own).length, tied: all.filter((rank) => rank === own).length };
}

/** The chance that the truth is among the first k when ties are broken blindly. */
export function among(place: Placement | null, k: number): number {
  return place === null ? 0 : Math.min(1, Math.max(0, (k - place.before) / place.tied));
}

/** The mean of one over the place when ties are broken blindly. */
export function reciprocal(place: Placement | null): number {
  if (place === null) return 0;
  const places = Array.from({ length: place.tied }, (_, i) => 1 / (place.before + i + 1));
  return places.reduce((sum, value) => sum + value, 0) / place.tied;
}
