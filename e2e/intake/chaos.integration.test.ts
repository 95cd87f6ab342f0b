import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProxy, type Proxy } from "../../packages/storage/src/testing/proxy.ts";
import { deliverThroughOutages, seeded } from "./chaos.ts";
import { startControlPlane, type ControlPlane } from "./control-plane.ts";
import { counted, countedOnce } from "./whole.ts";

const url = process.env["POSTGRES_URL"];

describe.skipIf(!url)("while PostgreSQL goes away again and again", () => {
  let proxy: Proxy;
  let plane: ControlPlane;
  beforeAll(async () => {
    proxy = await startProxy(url!);
    plane = await startControlPlane(proxy.url);
  });
  afterAll(async () => {
    await plane.close();
    await proxy.close();
  });

  test("everything that a sender offers until it is acknowledged is stored exactly once, and none of it is refused for ever", async () => {
    const outcome = await deliverThroughOutages(plane, proxy, { seconds: 60, chance: seeded(5) });
    expect(outcome.outages).toBeGreaterThanOrEqual(4);
    expect(outcome.refusedMs.length).toBeGreaterThan(0);
    expect(counted(outcome)).toEqual(countedOnce(outcome));
  }, 300_000);
});
