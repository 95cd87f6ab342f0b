import { setTimeout as pause } from "node:timers/promises";
import type { Proxy } from "../../packages/storage/src/testing/proxy.ts";
import type { ControlPlane } from "./control-plane.ts";
import { openSender, readStored, soakAlert } from "./sender.ts";
import type { Outcome } from "./whole.ts";

const senders = 8;
const alertsPerDelivery = 2;
const pauseBetweenMs = 20;
const outage = { everyMsMin: 5_000, everyMsMax: 10_000, lastsMsMax: 2_000 } as const;

export interface Chaos extends Outcome {
  readonly outages: number;
  /** How long each 503 took, in milliseconds. */
  readonly refusedMs: readonly number[];
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Input {
  readonly seconds: number;
  readonly chance: () => number;
}

/** Takes the database away for up to two seconds every five to ten: by turns it hangs, and its connections are refused. */
async function disturb(proxy: Proxy, { seconds, chance }: Input): Promise<number> {
  const endMs = performance.now() + seconds * 1_000;
  for (let outages = 0; ; outages++) {
    await pause(outage.everyMsMin + chance() * (outage.everyMsMax - outage.everyMsMin));
    if (performance.now() >= endMs) return outages;
    if (outages % 2 === 0) proxy.freeze();
    else await proxy.cut();
    await pause(chance() * outage.lastsMsMax);
    await proxy.mend();
  }
}

/** Delivers through outages of the database between `proxy`'s ends; each delivery is sent until it is acknowledged. */
export async function deliverThroughOutages(plane: ControlPlane, proxy: Proxy, input: Input): Promise<Chaos> {
  const sender = openSender(plane);
  const refusedMs: number[] = [];
  let [acked, resolvedAcked, next, over] = [0, 0, 0, false];
  const send = async () => {
    while (!over) {
      const first = (next += alertsPerDelivery);
      refusedMs.push(...(await sender.deliver(Array.from({ length: alertsPerDelivery }, (_, offset) => soakAlert(first + offset)))));
      acked += alertsPerDelivery;
      refusedMs.push(...(await sender.deliver([soakAlert(first, "resolved")])));
      resolvedAcked += 1;
      await pause(pauseBetweenMs);
    }
  };
  const sending = Promise.all(Array.from({ length: senders }, send));
  const outages = await disturb(proxy, input);
  over = true;
  await sending;
  return { outages, acked, resolvedAcked, lost: sender.lost, refusedMs, stored: await readStored(plane) };
}
