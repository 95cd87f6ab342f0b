import { machineRoles, personRoles, type Role } from "@sre/contracts/shared";
import { z } from "zod";
import type { RoleRules } from "../identity/roles.ts";

/** Pairs of a name and one of `allowed`, as `name=role` separated by commas. */
function pairsWith(allowed: readonly Role[]) {
  const rule = `must be pairs name=role, separated by commas, whose roles are of ${allowed.join(", ")}`;
  return z
    .string()
    .max(20_000)
    .transform((text, ctx): ReadonlyMap<string, Role> => {
      const pairs = new Map<string, Role>();
      for (const entry of text.split(",")) {
        const [, name = "", given] = /^\s*(.*\S)\s*=\s*([a-z-]+)\s*$/.exec(entry) ?? [];
        const role = allowed.find((one) => one === given);
        if (role === undefined) ctx.addIssue({ code: "custom", message: rule });
        else pairs.set(name, role);
      }
      return pairs;
    });
}

/** The variables by which an operator says how an issuer tells roles. */
export const roleEnvironment = z.object({
  OIDC_ROLES_CLAIM: z.string().min(1).max(300).default("realm_access.roles").meta({ description: "claim of access tokens that lists the roles of people, dots for claims inside claims" }),
  OIDC_ROLE_NAMES: pairsWith(personRoles).optional().meta({ description: "what the issuer calls roles, as pairs its-name=our-role separated by commas; our own names always count" }),
  OIDC_SERVICE_ROLES: pairsWith(machineRoles).optional().meta({ description: "which clients are our machines, as pairs client-id=machine separated by commas; default: control-plane, assistant and runner are the clients of these names" }),
  OIDC_PERSON_SCOPES: z.enum(["token", "roles"]).default("token").meta({ description: "token: people need the scope of an operation in their token beside a role; roles: the issuer knows no scopes of ours, and for people roles alone decide" }),
}); // prettier-ignore

const usualServices: ReadonlyMap<string, Role> = new Map([
  ["control-plane", "control-plane"],
  ["assistant", "assistant"],
  ["runner", "runner"],
]);

/** The rules that the variables say; unless the operator names others, our machines are the clients of their own names. */
export function roleRules(
  vars: Pick<z.output<typeof roleEnvironment>, "OIDC_ROLES_CLAIM" | "OIDC_ROLE_NAMES" | "OIDC_SERVICE_ROLES">,
): RoleRules {
  return {
    claim: vars.OIDC_ROLES_CLAIM,
    names: vars.OIDC_ROLE_NAMES ?? new Map(),
    services: vars.OIDC_SERVICE_ROLES ?? usualServices,
  };
}
