import { personRoles, type Role } from "@sre/contracts/shared";
import type { Claims } from "./context.ts";

/** How the roles of a caller are read from its token. */
export interface RoleRules {
  /** The claim that lists them: its name, or names joined by dots for one inside another. */
  readonly claim: string;
  /** What the issuer calls a role, where it is not our name of it. */
  readonly names: ReadonlyMap<string, Role>;
  /** The machine that a client is, by its id. */
  readonly services: ReadonlyMap<string, Role>;
}

const listedRolesMax = 1_000;
const known: ReadonlySet<string> = new Set(personRoles);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const inside = (value: unknown, name: string): unknown => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined);

/** What the claim holds. Its whole name is tried first: some issuers name claims by URLs, which have dots. */
function claimAt(claims: Claims, claim: string): unknown {
  return inside(claims, claim) ?? claim.split(".").reduce(inside, claims as unknown);
}

/**
 * The roles of a caller: of a client that is one of our machines exactly that machine's; of any other the roles of people that the
 * claim lists. A claim that is absent, or is anything but a list of texts, gives none, and so does every name that is not known.
 */
export function rolesOf(claims: Claims, client: string | null, rules: RoleRules): ReadonlySet<Role> {
  const machine = client === null ? undefined : rules.services.get(client);
  if (machine !== undefined) return new Set([machine]);
  const listed = claimAt(claims, rules.claim);
  if (!Array.isArray(listed) || listed.length > listedRolesMax) return new Set();
  if (!listed.every((name): name is string => typeof name === "string")) return new Set();
  const named = listed.map((name) => rules.names.get(name) ?? name);
  return new Set(named.filter((name): name is Role => known.has(name)));
}
