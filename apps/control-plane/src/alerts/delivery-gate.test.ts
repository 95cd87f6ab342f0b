import { RuleBroken } from "@sre/service-kit";
import { expect, test } from "vitest";
import { createDeliveryGate, gateLimits } from "./delivery-gate.ts";

test("deliveries beyond the limit are refused with a code that senders retry, and taken again when there is room", async () => {
  const gate = createDeliveryGate();
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = Array.from({ length: gateLimits.inFlightMax }, () => gate(() => promise));
  const refused = await gate(() => promise).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RuleBroken);
  expect(refused).toMatchObject({ status: 503, more: { retryAfterSeconds: gateLimits.retryAfterSeconds } });
  resolve();
  await Promise.all(running);
  await expect(gate(async () => "stored")).resolves.toBe("stored");
});

test("a delivery that fails gives its place back", async () => {
  const gate = createDeliveryGate();
  for (let index = 0; index <= gateLimits.inFlightMax; index++) await gate(() => Promise.reject(new Error("x"))).catch(() => undefined);
  await expect(gate(async () => "stored")).resolves.toBe("stored");
});

test("no more deliveries are stored at the same time than the limit, in the order they came", async () => {
  const gate = createDeliveryGate();
  const order: number[] = [];
  let storing = 0;
  let most = 0;
  const store = (index: number) => async () => {
    order.push(index);
    storing += 1;
    most = Math.max(most, storing);
    await new Promise((resolve) => setImmediate(resolve));
    storing -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, (_, index) => gate(store(index))));
  expect(most).toBe(gateLimits.storingMax);
  expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
});
