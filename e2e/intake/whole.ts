import type { Stored } from "./sender.ts";

/** What senders were told, and what is stored. */
export interface Outcome {
  readonly acked: number;
  readonly resolvedAcked: number;
  readonly lost: readonly string[];
  readonly stored: Stored;
}

/** What must be counted when exactly what was acknowledged is stored: each alert once, in one incident, told of once in the audit. */
export const countedOnce = ({ acked, resolvedAcked }: Outcome) => ({
  lost: 0, rows: acked, inIncidents: acked, began: acked, ended: resolvedAcked, firingInIncidents: acked - resolvedAcked,
  resolved: resolvedAcked, firing: acked - resolvedAcked,
}); // prettier-ignore

/** What was counted, in the same words. */
export const counted = ({ lost, stored: { resolved, firing, ...numbers } }: Outcome) => ({
  ...numbers, lost: lost.length, resolved: resolved.size, firing: firing.size,
}); // prettier-ignore

/** Whether exactly what was acknowledged is stored. */
export function isWhole(outcome: Outcome): boolean {
  const [is, shouldBe] = [counted(outcome), countedOnce(outcome)];
  return Object.entries(shouldBe).every(([name, count]) => is[name as keyof typeof is] === count);
}
