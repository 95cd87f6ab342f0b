import type { ReadItem } from "../incoming-alert.ts";

/** What a message says beside its alerts. */
export interface Envelope {
  /** What the sender calls this way of notifying, for the audit. */
  readonly receiver: string;
  /** Alerts that the sender left out of the message. */
  readonly truncated: number;
  readonly items: readonly unknown[];
}

/** One message of a sender. */
export interface Delivery extends Envelope {
  readonly integration: string;
  /** Reads one of the items. */
  readonly read: ReadItem;
}
