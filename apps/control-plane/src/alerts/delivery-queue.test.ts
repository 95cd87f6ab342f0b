import { RuleBroken } from "@sre/service-kit";
import { expect, test, vi } from "vitest";
import { DeliveryQueue, queueLimits } from "./delivery-queue.ts";

interface Held {
  readonly deliveries: readonly number[];
  commit(): void;
  fail(error: unknown): void;
}

/** A queue of numbers whose transactions are ended by the test. */
function openQueue(
  input: {
    alertsIn?: (delivery: number) => number;
    together?: (waiting: readonly number[], alertsMax: number) => number;
    nowMs?: () => number;
  } = {},
) {
  const held: Held[] = [];
  const queue = new DeliveryQueue<number, string>({
    alertsIn: input.alertsIn ?? (() => 1),
    together: input.together ?? ((waiting) => waiting.length),
    nowMs: input.nowMs ?? (() => 0),
    store: (deliveries) =>
      new Promise((resolve, reject) => {
        held.push({ deliveries, commit: () => resolve(deliveries.map((one) => `stored ${one}`)), fail: reject });
      }),
  });
  const next = async (index: number) => {
    await vi.waitUntil(() => held.length > index);
    return held[index]!;
  };
  return { queue, next, held };
}

const outage = new RuleBroken("unavailable", "The database cannot be reached at the moment.");
const refusal = (promise: Promise<unknown>) => promise.then(() => null, (error: unknown) => error as RuleBroken); // prettier-ignore

test("deliveries that arrive during a transaction share the next one, and each is answered after its commit", async () => {
  const { queue, next } = openQueue();
  const answers: string[] = [];
  const all = [1, 2, 3].map(async (one) => void answers.push(await queue.add(one)));
  (await next(0)).commit();
  await all[0];
  expect(answers).toEqual(["stored 1"]);
  const second = await next(1);
  expect(second.deliveries).toEqual([2, 3]);
  expect(answers).toEqual(["stored 1"]);
  second.commit();
  await Promise.all(all);
  expect(answers).toEqual(["stored 1", "stored 2", "stored 3"]);
});

test("a delivery that cannot be stored fails alone: its neighbours are stored one by one", async () => {
  const { queue, next, held } = openQueue();
  const first = queue.add(0);
  const others = [1, 2, 3].map((one) => queue.add(one).catch((error: Error) => error.message));
  (await next(0)).commit();
  (await next(1)).fail(new Error("poison"));
  (await next(2)).commit();
  (await next(3)).fail(new Error("poison"));
  (await next(4)).commit();
  expect(await Promise.all([first, ...others])).toEqual(["stored 0", "stored 1", "poison", "stored 3"]);
  expect(held.map(({ deliveries }) => deliveries)).toEqual([[0], [1, 2, 3], [1], [2], [3]]);
});

test("in an outage nothing is tried one by one, and who comes while one tries is told at once to come back", async () => {
  const { queue, next, held } = openQueue();
  const first = refusal(queue.add(0));
  const waiting = [refusal(queue.add(1)), refusal(queue.add(2))];
  (await next(0)).fail(outage);
  expect(await first).toBe(outage);
  const probe = await next(1);
  expect(probe.deliveries).toEqual([1, 2]);
  expect(await refusal(queue.add(3))).toMatchObject({ code: "unavailable", more: { retryAfterSeconds: queueLimits.retryAfterSeconds } });
  probe.fail(outage);
  expect(await Promise.all(waiting)).toEqual([outage, outage]);
  const again = queue.add(4);
  (await next(2)).commit();
  expect(await again).toBe("stored 4");
  expect(held).toHaveLength(3);
});

test("nobody waits behind a transaction that hangs", async () => {
  vi.useFakeTimers();
  try {
    const { queue, held } = openQueue();
    const first = queue.add(0);
    const second = refusal(queue.add(1));
    await vi.advanceTimersByTimeAsync(queueLimits.stalledMs);
    expect(await second).toMatchObject({ code: "unavailable" });
    expect(await refusal(queue.add(2))).toMatchObject({ code: "unavailable" });
    held[0]!.commit();
    expect(await first).toBe("stored 0");
    const after = queue.add(3);
    held[1]!.commit();
    expect(await after).toBe("stored 3");
  } finally {
    vi.useRealTimers();
  }
});

test("alerts that do not fit any more are refused with a code that senders retry; a delivery larger than all that fits is taken alone", async () => {
  const { queue, next } = openQueue({ alertsIn: () => queueLimits.alertsMax + 1 });
  const alone = queue.add(1);
  expect(await refusal(queue.add(2))).toMatchObject({
    status: 503,
    code: "overloaded",
    more: { retryAfterSeconds: queueLimits.retryAfterSeconds },
  });
  (await next(0)).commit();
  expect(await alone).toBe("stored 1");
});

test("only so many are taken from the head as may go together", async () => {
  const { queue, next } = openQueue({ together: () => 2 });
  const all = [1, 2, 3, 4].map((one) => queue.add(one));
  (await next(0)).commit();
  const second = await next(1);
  expect(second.deliveries).toEqual([2, 3]);
  second.commit();
  (await next(2)).commit();
  await Promise.all(all);
});

test("transactions that take long are made smaller, and larger again when they are quick", async () => {
  let nowMs = 0;
  const sizes: number[] = [];
  const together = (_: readonly number[], alertsMax: number) => (sizes.push(alertsMax), 1);
  const { queue, next } = openQueue({ together, nowMs: () => nowMs });
  const tookMs = [10, 600, 600, 300, 100];
  for (const [index, took] of tookMs.entries()) {
    const stored = queue.add(index);
    const transaction = await next(index);
    nowMs += took;
    transaction.commit();
    await stored;
  }
  const last = queue.add(tookMs.length);
  (await next(tookMs.length)).commit();
  await last;
  expect(sizes.map((size) => size / queueLimits.alertsTogetherMax)).toEqual([1, 1, 0.5, 0.25, 0.25, 0.5]);
});
