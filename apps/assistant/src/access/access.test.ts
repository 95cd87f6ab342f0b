import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assistantOperations, DiagnosticResult, roles, TeamId, type Operation } from "@sre/contracts/assistant";
import { defaultTeamId, newUuid, RuleBroken, type CallContext, type TokenVerifier } from "@sre/service-kit";
import {
  accessMismatches,
  anonymousMismatch,
  disagreements,
  principalNames,
  readPermissionsCsv,
  survivingMutants,
  testContext,
  testDatabases,
  type AccessWorld,
} from "@sre/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sessionRoutes } from "../sessions/routes.ts";
import { toolRoutes } from "../tools/routes.ts";
import { contractCases, shopWithSlowCluster, slowAlertsRequest, type World } from "../testing/contract-cases.ts";
import { alertsRequest } from "../testing/recorded-shop.ts";
import { startAssistant, withCap } from "../testing/start-assistant.ts";

type Name = keyof typeof assistantOperations;
type AnyHandler = (ctx: CallContext, request: unknown) => Promise<unknown>;

const reviewed = readPermissionsCsv(readFileSync(join(import.meta.dirname, "permissions.csv"), "utf8"));
const guarded = reviewed.filter(({ credential }) => credential !== "none");
const otherTeam = TeamId.parse("00000000-0000-7000-8000-0000000000ff");
const scopes = new Set(["diagnostics:run", "diagnostics:read"]);

const usual = "runner";

/** Takes `<role>.<team>` for a good token of a caller of that role, and the usual caller of tests for the control plane; a sender's key is no token. */
const verifier: Pick<TokenVerifier, "verify"> = {
  async verify(bearer) {
    const [name = "", team] = (bearer === usual ? "control-plane.own" : bearer).split(".");
    const role = roles.find((one) => one === name);
    if (role === "ingest-key") throw new RuleBroken("invalid_token", "The token is not accepted.");
    const teamId = team === "own" ? defaultTeamId : otherTeam;
    return { kind: "service", subject: name, name, teamId, scopes, roles: new Set(role === undefined ? [] : [role]) };
  },
};

test("the guards and the reviewed permissions agree on every operation and principal", async () => {
  expect(await disagreements(assistantOperations, reviewed)).toEqual([]);
});

test("no change of one cell or row of the table would go unnoticed", async () => {
  const { survivors, mutants } = await survivingMutants(assistantOperations, reviewed);
  expect(survivors).toEqual([]);
  expect(mutants).toBeGreaterThan(150);
});

describe.each(testDatabases)("permissions over HTTP on $name", (database) => {
  let world: World;
  let access: AccessWorld;

  beforeAll(async () => {
    const assistant = await startAssistant(database, {
      sources: [withCap(shopWithSlowCluster(), 64)],
      settings: { concurrentMax: 16 },
      verifier,
    });
    const accept = async (body: object) =>
      String((await assistant.call("POST", "/api/v1/diagnostics/alerts", { as: usual, body })).json.session_id);
    const session = await accept(alertsRequest());
    const { result } = await assistant.until(session, "completed");
    const [evidence] = DiagnosticResult.parse(result).tools_used.filter(({ outcome }) => outcome === "answered");
    const unfinished = await accept(slowAlertsRequest());
    world = { assistant, completed: { session, evidence: evidence?.evidence ?? "" }, unfinished };
    access = {
      inject: assistant.server.inject,
      credentials: (name, team) => ({ authorization: `Bearer ${name}.${team}` }),
      absent: { session_id: newUuid(), evidence_id: "ev_00000000000000000000" },
      secrets: [session, unfinished],
    };
  });
  afterAll(() => world.assistant.close());

  test.each(guarded.map(({ operation }) => operation as Name))("the verb behind %s refuses by itself who lacks its scope", async (name) => {
    const { app } = world.assistant;
    const handlers: Readonly<Record<string, AnyHandler>> = { ...sessionRoutes(app), ...toolRoutes(app) } as never;
    const call = await contractCases[name].success[1](world);
    const params = { session_id: world.completed.session, evidence_id: world.completed.evidence };
    const request = { params, query: {}, headers: {}, body: call.body ?? {} };
    await expect(handlers[name]!(testContext({ scopes: [] }), request)).rejects.toMatchObject({ code: "forbidden" });
  });

  describe.each(guarded)("$operation", (row) => {
    const name = row.operation as Name;
    const operation: Operation = assistantOperations[name];
    test("by nobody", async () => {
      expect(await anonymousMismatch(access, { operation, row, call: async () => contractCases[name].success[1](world) })).toBeNull();
    });
    test.each(principalNames)("by %s", async (principal) => {
      const call = async () => contractCases[name].success[1](world);
      expect(await accessMismatches(access, { operation, row, call, namesObject: operation.path.includes("{") }, principal)).toEqual([]);
    });
  });
});
