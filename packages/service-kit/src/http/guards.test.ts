import { withPermissions, type Operation, type Role, TeamId } from "@sre/contracts/shared";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { anonymous, defaultTeamId, type Principal } from "../identity/context.ts";
import { RuleBroken } from "../identity/rules.ts";
import { createLog } from "../observe/log.ts";
import { admit, bearerOf, senderTokenOf } from "./guards.ts";
import { sampleOperations } from "./testing/sample-service.ts";

const otherTeam = TeamId.parse("00000000-0000-7000-8000-0000000000ff");
const log = createLog({ service: "test", level: "silent" });

function caller(roles: readonly Role[], more: Partial<Principal> = {}): Principal {
  const scopes = new Set(["notes:read", "notes:write"]);
  return { kind: "person", subject: "ada", name: "Ada", teamId: defaultTeamId, scopes, roles: new Set(roles), ...more };
}

const request = ({ method, path }: Operation, headers: Record<string, string> = {}) => ({
  method, path, headers, cookies: {}, origin: null, address: "", bearer: "x", traceId: "t", at: new Date(0), log, signal: AbortSignal.timeout(1_000),
}); // prettier-ignore

/** The team that the guard admits the caller to, or the code of its refusal. */
async function outcome(operation: Operation, principal: Principal, headers: Record<string, string> = {}): Promise<string | null> {
  const authenticate = { principal: async () => principal, ingest: async () => principal };
  const admitted = await admit(operation, authenticate, () => request(operation, headers)).catch((error: unknown) => error);
  return admitted instanceof RuleBroken ? admitted.code : (admitted as Principal).teamId;
}

const { getNote, writeNote, signIn } = sampleOperations;

describe("the credentials of a request", () => {
  const facts = (authorization?: string) => ({
    method: "GET", path: "/", headers: authorization === undefined ? {} : { authorization }, cookies: {}, origin: null, address: "",
  }); // prettier-ignore
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  const longest = "a".repeat(12_288 - "Bearer ".length);

  test("are the token behind the word Bearer, in any case, up to a length", () => {
    expect(bearerOf(facts("Bearer abc.def"))).toBe("abc.def");
    expect(bearerOf(facts("bearer abc"))).toBe("abc");
    expect(bearerOf(facts(`Bearer ${longest}`))).toBe(longest);
    expect(bearerOf(facts())).toBeNull();
  });

  test.each(["Bearer ", "", " ", "abc", "Bearer a b", "Basic YTpi", `Bearer ${longest}a`])(
    "are refused, never taken for none: %.20s",
    (header) => {
      expect(() => bearerOf(facts(header))).toThrow(/invalid_token/);
    },
  );

  test("of a sender may be a password under any name, with colons in it", () => {
    expect(senderTokenOf(facts(basic("alertmanager:the:token")))).toBe("the:token");
    expect(senderTokenOf(facts(basic(":token")))).toBe("token");
    expect(senderTokenOf(facts("Bearer token"))).toBe("token");
    expect(senderTokenOf(facts())).toBeNull();
    const long = basic(`:${"a".repeat(9_000)}`);
    expect(long.length).toBeLessThan(12_288);
    expect(senderTokenOf(facts(long))).toHaveLength(9_000);
  });

  test.each([basic("alertmanager:"), basic("alertmanager"), basic(`:${"a".repeat(9_300)}`)])(
    "of a sender are refused without a password, or when too long: %.30s",
    (header) => {
      expect(() => senderTokenOf(facts(header))).toThrow(/invalid_token/);
    },
  );
});

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

  test("refuses a sender where no sender is known", async () => {
    const nobody = { principal: async () => caller([]) };
    await expect(admit(sampleOperations.sendNotes, nobody, () => request(sampleOperations.sendNotes))).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });

  test("asks an anonymous caller for credentials, and nobody on what is public", async () => {
    expect(await outcome(getNote, anonymous)).toBe("unauthenticated");
    expect(await outcome(signIn, caller([]))).toBeNull();
  });
});
