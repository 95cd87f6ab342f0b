/** States what cannot be otherwise; its failure is a fault of ours. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
