import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startControlPlane, type ControlPlane } from "./control-plane.ts";
import { killAtEachPoint, killPoints } from "./kills.ts";
import { counted, countedOnce } from "./whole.ts";

const killsPerPoint = 2;

const url = process.env["POSTGRES_URL"] ?? null;

describe(url === null ? "on the embedded database" : "on PostgreSQL", () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane(url);
  });
  afterAll(() => plane.close());

  test("killed at any point of the intake, what was acknowledged is stored, and nothing is doubled", async () => {
    const outcome = await killAtEachPoint(plane, killsPerPoint);
    expect(outcome.kills).toBe(killPoints.length * killsPerPoint);
    expect(counted(outcome)).toEqual(countedOnce(outcome));
  }, 600_000);
});
