import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startControlPlane, type ControlPlane } from "./control-plane.ts";
import { killAtEachPoint, killPoints } from "./kills.ts";

const killsPerPoint = 2;

describe.each([
  { name: "embedded", url: null },
  ...(process.env["POSTGRES_URL"] ? [{ name: "PostgreSQL", url: process.env["POSTGRES_URL"] }] : []),
])("on $name", ({ url }) => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane(url);
  });
  afterAll(() => plane.close());

  test("killed at any point of the intake, what was acknowledged is stored, and nothing is doubled", async () => {
    const { kills, acked, resolvedAcked, lost, stored } = await killAtEachPoint(plane, killsPerPoint);
    expect(kills).toBe(killPoints.length * killsPerPoint);
    expect(lost).toEqual([]);
    expect(stored).toMatchObject({
      rows: acked,
      inIncidents: acked,
      began: acked,
      ended: resolvedAcked,
      firingInIncidents: acked - resolvedAcked,
    });
    expect([stored.resolved.size, stored.firing.size]).toEqual([resolvedAcked, acked - resolvedAcked]);
  }, 300_000);
});
