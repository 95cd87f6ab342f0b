import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { assistantOperations, DiagnosticResult, type Operation } from "@sre/contracts/assistant";
import { createMetrics, createOutboundFactory, createTokenVerifier, httpLimits, newUuid, systemClock } from "@sre/service-kit";
import { createContractProbe, loseTables, quietLog, testDatabases, type ApiDocument } from "@sre/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contractCases, shopWithSlowCluster, slowAlertsRequest, waitingMax, type World } from "./testing/contract-cases.ts";
import { alertsRequest } from "./testing/recorded-shop.ts";
import { startAssistant, withCap, type TestAssistant } from "./testing/start-assistant.ts";

type Name = keyof typeof assistantOperations;

const document = JSON.parse(readFileSync(join(import.meta.dirname, "../../../openapi/assistant.json"), "utf8")) as ApiDocument;
const names = Object.keys(contractCases) as Name[];
const own = names.flatMap((name) => Object.keys(contractCases[name].own ?? {}).map((status) => ({ name, status: Number(status) })));
const absent = { session_id: newUuid(), evidence_id: "ev_00000000000000000000" };

async function accept(assistant: TestAssistant, body: object): Promise<string> {
  const { json } = await assistant.call("POST", "/api/v1/diagnostics/alerts", { body });
  return String(json.session_id);
}

async function openWorld(assistant: TestAssistant): Promise<World> {
  const session = await accept(assistant, alertsRequest());
  const { result } = await assistant.until(session, "completed");
  const [evidence] = DiagnosticResult.parse(result).tools_used.filter(({ outcome }) => outcome === "answered");
  return {
    assistant,
    completed: { session, evidence: evidence?.evidence ?? "" },
    unfinished: await accept(assistant, slowAlertsRequest()),
  };
}

/** Judges tokens by the keys of an issuer where nobody listens. */
function verifierWithoutIssuer() {
  const outbound = createOutboundFactory({ metrics: createMetrics("test"), log: quietLog, clock: systemClock });
  return createTokenVerifier({ issuer: "http://127.0.0.1:1", audience: "assistant", outbound, clock: systemClock });
}

describe.each(testDatabases)("the API document on $name", (database) => {
  let asked: TestAssistant;
  const probe = createContractProbe(document, () => asked.server.inject);
  let world: World;

  beforeAll(async () => {
    const settings = { waitingMax, concurrentMax: 2 * waitingMax };
    asked = await startAssistant(database, { sources: [withCap(shopWithSlowCluster(), 64)], settings });
    world = await openWorld(asked);
  });
  afterAll(() => world.assistant.close());

  const declares = (status: number) =>
    names.filter((name) => probe.operations.some(({ id, statuses }) => id === name && statuses.includes(status)));
  const wellOf = async (name: Name) => contractCases[name].success[1](world);

  test("is what the service serves", async () => {
    expect((await asked.call("GET", "/openapi.json")).json).toEqual(document);
  });

  test.each(names)("tells how %s succeeds", async (name) => {
    await probe.provoke(name, contractCases[name].success[0], await wellOf(name));
  });

  test.each(own)("tells of $name answering $status", async ({ name, status }) => {
    await probe.provoke(name, status, await contractCases[name].own![status]!(world));
  });

  test.each(names)("tells how %s refuses", async (name) => {
    const operation: Operation = assistantOperations[name];
    await probe.refuse(name, {
      call: await wellOf(name),
      powerless: { authorization: "Bearer nobody" },
      absent,
      bodyBytesMax: operation.bodyBytesMax ?? httpLimits.bodyBytesMax,
      own: Object.keys(contractCases[name].own ?? {}).map(Number),
    });
  });

  describe("when the issuer of tokens is away", () => {
    beforeAll(async () => {
      asked = await startAssistant(database, { sources: [], verifier: verifierWithoutIssuer() });
    });
    afterAll(async () => {
      await asked.close();
      asked = world.assistant;
    });

    test("tells how listWorkflowTemplates asks to come back later", async () => {
      const token = ['{"alg":"ES256","kid":"of-the-issuer"}', "{}", "signature"].map((part) => Buffer.from(part).toString("base64url"));
      const headers = { authorization: `Bearer ${token.join(".")}` };
      await probe.provoke("listWorkflowTemplates", 503, { ...(await wellOf("listWorkflowTemplates")), headers });
    });
  });

  describe("when the tables are gone", () => {
    beforeAll(() => loseTables(world.assistant.app.database));

    test.each(declares(500))("tells how %s fails", async (name) => {
      await probe.provoke(name, 500, await wellOf(name));
    });
  });

  describe("when the database is away", () => {
    beforeAll(async () => {
      await world.assistant.app.database.close();
      // What was seen of its health a moment ago still counts for a second.
      await pause(httpLimits.healthCacheMs);
    });

    test.each(declares(503).filter((name) => name !== "listWorkflowTemplates"))("tells how %s asks to come back later", async (name) => {
      await probe.provoke(name, 503, await wellOf(name));
    });
  });

  test("declares nothing that was not observed here", () => {
    expect(probe.missing()).toEqual([]);
  });
});
