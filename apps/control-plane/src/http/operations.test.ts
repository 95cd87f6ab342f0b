import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlPlaneOperations, type Operation } from "@sre/contracts/control-plane";
import { newUuid } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { allScopes, openHarness, otherTeamId, type Caller, type Harness } from "../testing/harness.ts";
import { cases, openKnown, type Case, type Known } from "../testing/operation-cases.ts";

const elsewhere = [
  "receiveAlertmanagerWebhook",
  "receiveGrafanaWebhook",
  "receivePagerDutyEvent",
  "postAlerts",
  "receiveCloudEvents",
  "receiveCloudWatchAlarm",
  "receiveCustomWebhook",
  "receivePagerDutyChange",
  "streamEvents",
  "signIn",
  "finishSignIn",
  "getHealth",
  "getReadiness",
  "getMetrics",
  "getOpenApi",
];

test("every operation of the contract stands in this table or has a test of its own", () => {
  expect([...Object.keys(cases), ...elsewhere].sort()).toEqual(Object.keys(controlPlaneOperations).sort());
});

describe.each(testDatabases)("operations on $name", (database) => {
  let harness: Harness;
  let known: Known;
  let callers: { right: Caller; without: Caller; other: Caller };

  beforeAll(async () => {
    harness = await openHarness(database);
    callers = { right: await harness.as(), without: await harness.as({ scopes: [] }), other: await harness.as({ teamId: otherTeamId }) };
    known = await openKnown(harness, callers.right);
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  describe.each(Object.entries(cases) as [keyof typeof cases, Case][])("%s", (name, { path, body, status, bad, otherTeam }) => {
    const operation: Operation = controlPlaneOperations[name];
    const call = (caller: Caller, input: { path?: string; body?: unknown }) =>
      caller(input.path ?? path(known), { method: operation.method, ...(input.body === undefined ? {} : { body: input.body }) });

    test("refuses a caller without credentials", async () => {
      expect((await call(harness.anonymous, { body })).status).toBe(401);
    });
    test.skipIf(operation.scope === "self:read")("refuses a caller without its scope", async () => {
      const rest = allScopes.filter((scope) => scope !== operation.scope);
      const caller = await harness.as({ scopes: rest });
      expect((await call(caller, { body })).status).toBe(403);
      expect((await call(callers.without, { body })).status).toBe(403);
    });
    test.skipIf(bad === null)("refuses a request that breaks its schema, naming the field", async () => {
      const reply = await call(callers.right, { ...(bad?.path ? { path: bad.path(known) } : {}), body: bad?.body ?? body });
      expect(reply.status).toBe(400);
      expect(reply.body).toMatchObject({ code: expect.any(String), field: expect.stringMatching(/./) });
    });
    test("answers another team as if there were nothing", async () => {
      const reply = await call(callers.other, { body });
      expect(reply.status).toBe(otherTeam);
      const items = (reply.body as { items?: unknown[] } | null)?.items ?? [];
      if (operation.method === "GET" && name !== "listSources" && name !== "listAuditLogs") expect(items).toEqual([]);
    });
    test("succeeds with its declared status", async () => {
      const reply = await call(callers.right, { body });
      expect({ status: reply.status, problem: reply.status >= 400 ? reply.text : "" }).toEqual({ status, problem: "" });
    });
  });

  test("refusals are problem+json without internals", async () => {
    const reply = await callers.right(`/api/v1/incidents/${newUuid()}`);
    expect(reply.headers.get("content-type")).toContain("application/problem+json");
    expect(reply.body).toMatchObject({ status: 404, code: "not_found", retryable: false });
  });

  test("health, readiness, metrics and the API's document are open to all", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics", "/openapi.json"]) expect((await harness.anonymous(path)).status).toBe(200);
  });
});
