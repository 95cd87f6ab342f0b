import type { ControlPlane } from "./control-plane.ts";
import { openSender, readStored, soakAlert } from "./sender.ts";
import type { Outcome } from "./whole.ts";

/** Where the intake is killed. An answered delivery is grouped already, so that there is no point between. */
export const killPoints = ["delivery.received", "delivery.read", "delivery.written", "delivery.committed"] as const;

const senders = 6;
const alertsPerDelivery = 3;
const deliveriesPerKill = 24;

export interface Killed extends Outcome {
  readonly kills: number;
}

async function shared(work: readonly (() => Promise<unknown>)[]): Promise<void> {
  const waiting = work.values();
  const one = async () => {
    for (const next of waiting) await next();
  };
  await Promise.all(Array.from({ length: senders }, one));
}

/**
 * Kills the control plane `times` times at each point while senders deliver, and starts it again each time. Every delivery is sent
 * until it is acknowledged, so all are in the end; what is stored then must be exactly what was acknowledged.
 */
export async function killAtEachPoint(plane: ControlPlane, times: number): Promise<Killed> {
  const sender = openSender(plane);
  let [kills, acked, resolvedAcked, next] = [0, 0, 0, 0];
  const fire = (first: number) => async () => {
    await sender.deliver(Array.from({ length: alertsPerDelivery }, (_, offset) => soakAlert(first + offset)));
    acked += alertsPerDelivery;
    await sender.deliver([soakAlert(first, "resolved")]);
    resolvedAcked += 1;
  };
  for (const point of killPoints) {
    for (let time = 0; time < times; time++) {
      plane.running.process.kill("SIGTERM");
      await plane.running.ended;
      // Each time a few passes later, so that the kill meets batches of different sizes.
      await plane.start({ FAIL_POINT: `${point}:${2 + time * 3}` });
      const revived = plane.running.ended.then(async (words) => {
        if (words.includes("SIGKILL")) kills += 1;
        await plane.start();
      });
      const work = Array.from({ length: deliveriesPerKill }, () => fire((next += alertsPerDelivery)));
      await shared(work);
      await revived;
    }
  }
  return { kills, acked, resolvedAcked, lost: sender.lost, stored: await readStored(plane) };
}
