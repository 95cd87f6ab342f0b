import type { EntityId } from "@sre/contracts/evidence";
import type { ComponentId } from "./component.ts";
import type { Resolved } from "./resolve-entity.ts";

/** When alerts about one thing began: the first and the last. */
export interface Span {
  firstMs: number;
  lastMs: number;
}

/** An alert that began to fire and has no incident yet. */
export interface AlertToPlace {
  readonly key: string;
  readonly resolved: Resolved;
  readonly startsAtMs: number;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What it says in words. */
  readonly text?: string;
}

/** Alerts of one name about one component, as an incident keeps them. */
export interface KeptAlert {
  readonly component: ComponentId;
  readonly name: string;
  readonly first_ms: number;
  readonly last_ms: number;
  /** Other components that they name. */
  readonly named: readonly ComponentId[];
}

/** What an incident keeps of its alerts between deliveries, as JSON: bounded in number and size. */
export interface KeptTraits {
  readonly alerts: readonly KeptAlert[];
  readonly labels: readonly string[];
  readonly words: readonly string[];
}

/** An incident that is open and could take alerts in. */
export interface OpenIncident {
  readonly id: string;
  readonly number: number;
  readonly cluster: string;
  readonly environment: string;
  readonly namespace: string;
  readonly service: string | null;
  readonly entities: readonly EntityId[];
  /** When its first and its last alert began. */
  readonly firstAlertAtMs: number;
  readonly lastAlertAtMs: number;
  /** What was kept of its alerts; without, they count as alerts of requests about `entities`, over its whole time. */
  readonly traits?: KeptTraits | null;
  /** What a diagnosis found to be behind it, likely or confirmed. */
  readonly cause?: EntityId | null;
}

/** Where an alert goes: an incident that is open already, or the group of so many opened now. */
export type Target = { readonly kind: "incident"; readonly id: string } | { readonly kind: "new"; readonly group: number };
