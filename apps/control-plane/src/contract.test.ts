import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlPlaneOperations, type Operation } from "@sre/contracts/control-plane";
import { httpLimits, newUuid } from "@sre/service-kit";
import { createContractProbe, loseTables, testDatabases, type ApiDocument } from "@sre/testkit";
import { contractCases, type World } from "./testing/contract-cases.ts";
import { ingestToken, openHarness } from "./testing/harness.ts";
import { openKnown } from "./testing/operation-cases.ts";

type Name = keyof typeof controlPlaneOperations;

const document = JSON.parse(readFileSync(join(import.meta.dirname, "../../../openapi/control-plane.json"), "utf8")) as ApiDocument;
const names = Object.keys(contractCases) as Name[];
const own = names.flatMap((name) => Object.keys(contractCases[name].own ?? {}).map((status) => ({ name, status: Number(status) })));
const absent = {
  incident_id: newUuid(),
  alert_id: newUuid(),
  diagnosis_id: newUuid(),
  execution_id: newUuid(),
  quarantined_alert_id: newUuid(),
  integration: "carrier-pigeon",
  sender: "carrier-pigeon",
  notification_id: newUuid(),
  maintenance_window_id: newUuid(),
  silence_id: newUuid(),
  evidence_id: "ev_00000000000000000000",
};

describe.each(testDatabases)("the API document on $name", (database) => {
  const probe = createContractProbe(document, () => world.harness.controlPlane.server.inject);
  let world: World;
  let powerless: { authorization: string };

  beforeAll(async () => {
    const harness = await openHarness(database);
    world = {
      harness,
      known: await openKnown(harness, await harness.as()),
      right: { authorization: `Bearer ${await harness.token()}` },
      sender: { authorization: `Bearer ${ingestToken}` },
    };
    powerless = { authorization: `Bearer ${await harness.token({ scopes: [], teamId: "none" })}` };
  });
  afterAll(() => world.harness[Symbol.asyncDispose]());

  const declares = (status: number) =>
    names.filter((name) => probe.operations.some(({ id, statuses }) => id === name && statuses.includes(status)));

  test("is what the service serves", async () => {
    expect((await world.harness.anonymous("/openapi.json")).body).toEqual(document);
  });

  test.each(names)("tells how %s succeeds", async (name) => {
    const [status, call] = contractCases[name].success;
    await probe.provoke(name, status, await call(world));
  });

  test.each(own)("tells of $name answering $status", async ({ name, status }) => {
    await probe.provoke(name, status, await contractCases[name].own![status]!(world));
  });

  test.each(names)("tells how %s refuses", async (name) => {
    const operation: Operation = controlPlaneOperations[name];
    const { success, own: others = {} } = contractCases[name];
    await probe.refuse(name, {
      call: await success[1](world),
      powerless,
      absent,
      bodyBytesMax: operation.bodyBytesMax ?? httpLimits.bodyBytesMax,
      own: Object.keys(others).map(Number),
    });
  });

  const stored = async (name: Name) => (contractCases[name].stored ?? contractCases[name].success[1])(world);

  describe("when the tables are gone", () => {
    beforeAll(() => loseTables(world.harness.controlPlane.app.database));

    test.each(declares(500))("tells how %s fails", async (name) => {
      await probe.provoke(name, 500, await stored(name));
    });
  });

  describe("when the database is away", () => {
    beforeAll(async () => {
      await world.harness.controlPlane.app.database.close();
      // What was seen of its health a moment ago still counts for a second.
      await pause(httpLimits.healthCacheMs);
    });

    test.each(declares(503))("tells how %s asks to come back later", async (name) => {
      await probe.provoke(name, 503, await stored(name));
    });
  });

  test("declares nothing that was not observed here", () => {
    expect(probe.missing()).toEqual([]);
  });
});
