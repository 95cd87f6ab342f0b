import { RuleBroken } from "@sre/service-kit";

/** Deliveries that this replica holds at once, those of them that it stores at the same time, and when a refused sender may come back. */
export const gateLimits = { inFlightMax: 256, storingMax: 2, retryAfterSeconds: 5 } as const;

export type DeliveryGate = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Lets deliveries through a few at a time, the others wait here: those about one service would only wait for each other
 * inside the database, and hold its connections meanwhile. Beyond the limit they are refused with a code that senders retry.
 */
export function createDeliveryGate(): DeliveryGate {
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  let storing = 0;
  return async (work) => {
    const { inFlightMax, storingMax, retryAfterSeconds } = gateLimits;
    if (inFlight >= inFlightMax) throw new RuleBroken("overloaded", "Too many deliveries are being stored.", { retryAfterSeconds });
    inFlight += 1;
    try {
      if (storing >= storingMax) await new Promise<void>((resolve) => waiting.push(resolve));
      else storing += 1;
      return await work();
    } finally {
      inFlight -= 1;
      // The place goes to the next in line, or is given up.
      const next = waiting.shift();
      if (next) next();
      else storing -= 1;
    }
  };
}
