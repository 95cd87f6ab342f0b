import type { DeclareTopology, RecordChange } from "@sre/contracts/control-plane";
import type { Answer, EntityId, Edge, ScopeAlert } from "@sre/contracts/evidence";
import type { AlertmanagerAlert } from "@sre/contracts/webhooks";

/** What a right diagnosis says first; `entity` and `fault` are null when nothing is wrong. */
export interface Expectation {
  readonly verdicts: readonly string[];
  readonly entity: EntityId | null;
  readonly fault: string | null;
  readonly change: string | null;
}

/** Where a scenario takes place. */
export interface Place {
  readonly cluster: string;
  readonly namespace: string;
  readonly environment: string;
}

/** A recorded incident, written by us: what was sent, what the sources would have answered, and the truth. */
export interface Scenario {
  readonly name: string;
  readonly place: Place;
  readonly asOf: string;
  readonly alerts: readonly AlertmanagerAlert[];
  readonly scopeAlerts: readonly ScopeAlert[];
  readonly entities: readonly EntityId[];
  readonly edges: readonly Edge[];
  readonly answers: readonly Answer[];
  readonly changes: readonly RecordChange[];
  readonly topology: DeclareTopology;
  readonly expected: Expectation;
}

/** How a variant differs from the recorded incident. */
export interface Variant {
  /** Who plays the culprit: the names of two services or nodes are exchanged. */
  readonly culprit?: "recorded" | "swapped";
  /** Kinds of question whose answers are missing, because the source was not there. */
  readonly without?: readonly Answer["question"]["about"][];
}
