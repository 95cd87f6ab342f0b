import { withPermissions, type Operation, type Role, TeamId } from "@sre/contracts/shared";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { anonymous, defaultTeamId, type Principal } from "../identity/context.ts";
import { RuleBroken } from "../identity/rules.ts";
import { createLog } from "../observe/log.ts";
import { admit } from "./guards.ts";
import { sampleOperations } from "./testing/sample-service.ts";

const otherTeam = TeamId.parse("00000000-0000-7000-8000-0000000000ff");
const log = createLog({ service: "test", level: "silent" });

function caller(roles: readonly Role[], more: Partial<Principal> = {}): Principal {
  const scopes = new Set(["notes:read", "notes:write"]);
  return { kind: "person", subject: "ada", name: "Ada", teamId: defaultTeamId, scopes, roles: new Set(roles), ...more };
}

/** The team that the guard admits the caller to, or the code of its refusal. */
async function outcome(operation: Operation, principal: Principal, headers: Record<string, string> = {}): Promise<string | null> {
  const authenticate = { principal: async () => principal, ingest: async () => principal };
  const request = {
    method: operation.method, path: operation.path, headers, cookies: {}, origin: null, address: "", bearer: "x", traceId: "t", at: new Date(0), log,
    signal: AbortSignal.timeout(1_000),
  }; // prettier-ignore
  const admitted = await admit(operation, authenticate, () => request).catch((error: unknown) => error);
  return admitted instanceof RuleBroken ? admitted.code : (admitted as Principal).teamId;
}

const { getNote, writeNote, signIn } = sampleOperations;

describe("the guard", () => {
  test("admits who has one of the roles, into the own team", async () => {
    expect(await outcome(getNote, caller(["viewer"]))).toBe(defaultTeamId);
    expect(await outcome(writeNote, caller(["auditor", "responder"]))).toBe(defaultTeamId);
  });

  test("refuses who has none of them, whatever the scopes", async () => {
    expect(await outcome(getNote, caller([]))).toBe("forbidden");
    expect(await outcome(writeNote, caller(["viewer", "super-admin"]))).toBe("forbidden");
  });

  test("refuses who has a role without the scope", async () => {
    expect(await outcome(getNote, caller(["viewer"], { scopes: new Set(["notes:write"]) }))).toBe("forbidden");
  });

  test("refuses everybody an operation that has no row", async () => {
    const { permission: _, ...bare }: Operation = getNote;
    expect(await outcome(bare, caller(["super-admin", "viewer"]))).toBe("forbidden");
  });

  test("never takes a name of every object for a row", () => {
    const operation = { method: "GET", path: "/x", summary: "", tag: "", authentication: "principal", scope: null, responses: { 200: z.object({}) }, problems: [] } as const; // prettier-ignore
    const bound = withPermissions({ toString: operation }, {} as never);
    expect(bound.toString).not.toHaveProperty("permission");
  });

  test("lets only a role that reaches all teams name another one", async () => {
    const named = { "x-team-id": otherTeam };
    expect(await outcome(getNote, caller(["super-admin"]), named)).toBe(otherTeam);
    expect(await outcome(getNote, caller(["super-admin"]))).toBe(defaultTeamId);
    expect(await outcome(getNote, caller(["viewer"]), named)).toBe("forbidden");
    expect(await outcome(getNote, caller(["viewer"]), { "x-team-id": defaultTeamId })).toBe(defaultTeamId);
    expect(await outcome(getNote, caller(["super-admin"]), { "x-team-id": "all" })).toBe("invalid_request");
  });

  test("refuses who belongs to no team, unless that role names one", async () => {
    expect(await outcome(getNote, caller(["super-admin"], { teamId: null }))).toBe("forbidden");
    expect(await outcome(getNote, caller(["super-admin"], { teamId: null }), { "x-team-id": otherTeam })).toBe(otherTeam);
    expect(await outcome(getNote, caller(["viewer"], { teamId: null }), { "x-team-id": otherTeam })).toBe("forbidden");
  });

  test("asks an anonymous caller for credentials, and nobody on what is public", async () => {
    expect(await outcome(getNote, anonymous)).toBe("unauthenticated");
    expect(await outcome(signIn, caller([]))).toBeNull();
  });
});
