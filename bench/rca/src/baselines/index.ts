import type { RcaCase } from "../case.ts";
import type { Prediction } from "../prediction.ts";

/** What every baseline says of one run. */
export function baselinePredictions(_one: RcaCase): Prediction[] {
  return [];
}
