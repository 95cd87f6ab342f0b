import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deliverThroughKills, startReplicas, type Replicas } from "./replicas.ts";
import { counted, countedOnce } from "./whole.ts";

const url = process.env["POSTGRES_URL"];

describe.skipIf(!url)("two replicas behind a round-robin proxy", () => {
  let replicas: Replicas;
  beforeAll(async () => {
    replicas = await startReplicas(url!);
  });
  afterAll(() => replicas.close());

  test("one killed after the other: no delivery fails for a sender that retries, and all of it is stored exactly once", async () => {
    const outcome = await deliverThroughKills(replicas, 3);
    expect(outcome.acked).toBeGreaterThan(100);
    expect(Math.min(...replicas.balancer.answered)).toBeGreaterThan(0);
    expect(counted(outcome)).toEqual(countedOnce(outcome));
  }, 300_000);
});
