import type { EntityId, Finding, LocalizedText } from "@sre/contracts/evidence";
import type { FaultKind } from "../faults/catalogue.ts";
import type { SeenChange } from "./changes.ts";

/** One addend of a confidence: the sum of all weights is the confidence. Without the last, which experience adds, it is the score. */
export interface ScorePart {
  readonly name: PartName;
  readonly weight: number;
  readonly text: LocalizedText;
  readonly because: readonly Finding[];
}

export type PartName = "mechanism" | "reach" | "timing" | "change" | "symptoms" | "explained" | "experience";

/** A cause in the making. */
export interface Candidate {
  readonly entity: EntityId;
  readonly component: EntityId;
  readonly fault: FaultKind;
  /** The components through which it hurts: its own, and for what lies above them, such as a quota, those that it holds up. */
  readonly seats: readonly EntityId[];
  /** What shows the fault itself. */
  readonly mechanism: readonly Finding[];
  /** What users feel at the same component. */
  readonly symptoms: readonly Finding[];
  readonly onsetMs: number | null;
  readonly change: SeenChange | null;
  /** True when only symptoms speak: no finding tells how it fails. */
  readonly generic: boolean;
  /** True when it tells what a thing adds by itself, and not why. */
  readonly own: boolean;
}

export interface Scored extends Candidate {
  readonly parts: readonly ScorePart[];
  readonly against: readonly Finding[];
  readonly explains: readonly EntityId[];
  /** How far its reach to the alerts is known: 0 means that nothing that alerts depends on it. */
  readonly reach: number;
  readonly explainedBy: EntityId | null;
}
