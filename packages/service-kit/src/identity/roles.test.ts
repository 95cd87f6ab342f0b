import { machineRoles } from "@sre/contracts/shared";
import { describe, expect, test } from "vitest";
import { readEnvironment } from "../config/environment.ts";
import { roleEnvironment, roleRules } from "../config/role-environment.ts";
import { rolesOf } from "./roles.ts";

const rules = roleRules(readEnvironment(roleEnvironment, {}));
const listed = (roles: unknown, client: string | null = null) => [...rolesOf({ realm_access: { roles } }, client, rules)];

describe("roles", () => {
  test("are those of the claim that we know", () => {
    expect(listed(["responder", "offline_access", "approver"])).toEqual(["responder", "approver"]);
  });

  test.each([
    ["absent", undefined],
    ["null", null],
    ["a text", "super-admin"],
    ["an object", { "super-admin": true }],
    ["a list that holds anything but texts", ["super-admin", 1]],
    ["a wildcard", ["*"]],
    ["in another case", ["Super-Admin"]],
    ["longer than any list of roles", Array.from({ length: 1_001 }, () => "super-admin")],
  ])("are none when the claim is %s", (_, claim) => {
    expect(listed(claim)).toEqual([]);
  });

  test("are none when what should hold the claim is a list or comes from a prototype", () => {
    expect([...rolesOf({ realm_access: [["super-admin"]] }, null, { ...rules, claim: "realm_access.0" })]).toEqual([]);
    expect([...rolesOf({}, null, { ...rules, claim: "constructor.name" })]).toEqual([]);
  });

  test.each([...machineRoles])("of people never hold the machine %s", (machine) => {
    expect(listed([machine])).toEqual([]);
  });

  test("of a machine are that machine's alone, whatever its token lists", () => {
    expect(listed(["super-admin", "approver"], "assistant")).toEqual(["assistant"]);
    expect(listed(["team-manager"], "operator")).toEqual(["team-manager"]);
  });
});

describe("the operator", () => {
  const read = (env: Record<string, string>) => roleRules(readEnvironment(roleEnvironment, env));

  test("names the claim, also one whose own name has dots", () => {
    const claim = "https://sre.example/roles";
    expect([...rolesOf({ [claim]: ["viewer"] }, null, read({ OIDC_ROLES_CLAIM: claim }))]).toEqual(["viewer"]);
    expect([...rolesOf({ groups: ["viewer"] }, null, read({ OIDC_ROLES_CLAIM: "groups" }))]).toEqual(["viewer"]);
  });

  test("translates the issuer's names, beside ours", () => {
    const translated = read({ OIDC_ROLES_CLAIM: "groups", OIDC_ROLE_NAMES: "SRE on call=responder, sre=admins=super-admin" });
    expect([...rolesOf({ groups: ["SRE on call", "sre=admins", "viewer"] }, null, translated)]).toEqual([
      "responder",
      "super-admin",
      "viewer",
    ]);
  });

  test.each(["responder", "sre=", "=responder", "sre=root", "sre=assistant", "sre=responder,", "sre"])(
    "is refused names that are no pairs with roles of people: %s",
    (text) => {
      expect(() => read({ OIDC_ROLE_NAMES: text })).toThrow(/OIDC_ROLE_NAMES must be pairs/);
    },
  );

  test("says which clients are our machines instead of their usual names", () => {
    const named = read({ OIDC_SERVICE_ROLES: "expert = assistant" });
    expect([...rolesOf({}, "expert", named)]).toEqual(["assistant"]);
    expect([...rolesOf({}, "assistant", named)]).toEqual([]);
    expect(() => read({ OIDC_SERVICE_ROLES: "ci=super-admin" })).toThrow(/OIDC_SERVICE_ROLES must be pairs/);
  });
});
