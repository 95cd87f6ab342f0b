import type { Integration } from "./index.ts";

/** One message of a sender. */
export interface Delivery {
  readonly integration: Integration;
  /** What the sender calls this way of notifying, for the audit. */
  readonly receiver: string;
  /** Alerts that the sender left out of the message. */
  readonly truncated: number;
  readonly items: readonly unknown[];
}
