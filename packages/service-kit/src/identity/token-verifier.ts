import { TeamId } from "@sre/contracts/shared";
import { errors, jwtVerify, type JWTPayload } from "jose";
import type { Clock } from "../lifecycle/clock.ts";
import type { OutboundFactory } from "../outbound/types.ts";
import { defaultTeamId, type Claims, type Principal } from "./context.ts";
import { createIssuer } from "./issuer-document.ts";
import { rolesOf, type RoleRules } from "./roles.ts";
import { RuleBroken } from "./rules.ts";
import { createSigningKeys } from "./signing-keys.ts";

/** Decides whether an access token is good, by signature and claims. */
export interface TokenVerifier {
  /** Who the token speaks for. Throws RuleBroken: invalid_token, or unavailable when there are no keys to judge by. */
  verify(bearer: string, signal?: AbortSignal): Promise<Principal>;
  /** Resolves when there are keys to judge by. */
  check(): Promise<void>;
  /** All claims of a good token. */
  claims(bearer: string): Promise<Record<string, unknown>>;
}

export interface TokenVerifierInput {
  readonly issuer: string;
  readonly audience: string;
  /** Default: RS256, PS256, ES256, EdDSA. Symmetric ones are refused. */
  readonly algorithms?: readonly string[];
  /** When given, `azp` (or `client_id`) must be one of them. */
  readonly authorizedParties?: readonly string[];
  /** Default and most: 60. */
  readonly leewaySeconds?: number;
  /** How roles are read; nobody has one without it. */
  readonly roles?: RoleRules;
  /** When given, people hold these scopes whatever their token says: their issuer knows none of ours. */
  readonly personScopes?: readonly string[];
  readonly outbound: OutboundFactory;
  readonly clock: Clock;
}

const tokenCharactersMax = 12_288;
const scopesMax = 200;
const leewaySecondsMax = 60;
const asymmetric = ["RS256", "PS256", "ES256", "EdDSA"];
const accessTokenTypes = new Set(["jwt", "at+jwt", "application/at+jwt"]);
const invalid = (why: string, cause?: unknown): RuleBroken =>
  new RuleBroken("invalid_token", "The token is not accepted.", { cause: cause ?? new Error(why) });

function textClaim(claims: Claims, ...names: string[]): string | null {
  const found = names.map((name) => claims[name]).find((value) => typeof value === "string" && value !== "" && value.length <= 500);
  return typeof found === "string" ? found : null;
}

function scopesOfClaims(claims: Claims): readonly string[] {
  if (typeof claims["scope"] === "string") return claims["scope"].split(" ").filter((scope) => scope !== "");
  const listed = claims["scp"];
  return Array.isArray(listed) ? listed.filter((scope): scope is string => typeof scope === "string") : [];
}

function teamOf(claims: Claims): TeamId | null {
  if (claims["team_id"] === undefined) return defaultTeamId;
  const team = TeamId.safeParse(claims["team_id"]);
  return team.success ? team.data : null;
}

// Keycloak marks its ID, refresh and logout tokens by a claim of this name; only ID tokens carry hashes of other tokens, or a nonce and no scope.
function isOtherToken(claims: Claims): boolean {
  const kind = claims["typ"];
  const declaredOther = typeof kind === "string" && !["bearer", "jwt", "at+jwt", "dpop"].includes(kind.toLowerCase());
  const hasScopes = claims["scope"] !== undefined || claims["scp"] !== undefined;
  if (claims["nonce"] !== undefined && !hasScopes) return true;
  return declaredOther || claims["at_hash"] !== undefined || claims["c_hash"] !== undefined || claims["events"] !== undefined;
}

// Keycloak's service account is a user with a name of its own, and `client_id` stands in tokens of the client credentials grant alone:
// either of them without the other is something that a person's token may hold.
function isServiceAccount(claims: Claims, client: string | null): boolean {
  return client !== null && claims["client_id"] === client && claims["preferred_username"] === `service-account-${client.toLowerCase()}`;
}

function principalOf(claims: Claims, { roles, personScopes }: TokenVerifierInput): Principal {
  const subject = textClaim(claims, "sub");
  if (subject === null) throw invalid("no subject");
  const client = textClaim(claims, "azp", "client_id");
  const isService = client === subject || claims["gty"] === "client-credentials" || isServiceAccount(claims, client);
  const scopes = isService || !personScopes ? scopesOfClaims(claims) : personScopes;
  return {
    kind: isService ? "service" : "person",
    subject,
    name: (isService ? client : textClaim(claims, "name", "preferred_username", "email")) ?? subject,
    teamId: teamOf(claims),
    scopes: new Set(scopes.slice(0, scopesMax)),
    roles: roles ? rolesOf(claims, isService ? client : null, roles) : new Set(),
  };
}

/** Verifies JWT access tokens of one OpenID Connect issuer (RFC 9068, but header `typ` may be JWT or absent, as Keycloak has it). */
export function createTokenVerifier(input: TokenVerifierInput): TokenVerifier {
  const keys = createSigningKeys(createIssuer(input), input.clock);
  const algorithms = [...(input.algorithms ?? asymmetric)];
  if (algorithms.some((algorithm) => algorithm.startsWith("HS") || algorithm === "none"))
    throw new Error("Only asymmetric algorithms can be verified.");
  const clockTolerance = Math.min(input.leewaySeconds ?? leewaySecondsMax, leewaySecondsMax);
  const parties = input.authorizedParties ? new Set(input.authorizedParties) : null;
  const options = () => ({
    issuer: [input.issuer, `${input.issuer}/`],
    audience: input.audience,
    algorithms,
    clockTolerance,
    currentDate: input.clock.now(),
    requiredClaims: ["exp", "iat", "sub"],
  });

  async function payloadOf(bearer: string): Promise<JWTPayload> {
    if (bearer.length > tokenCharactersMax) throw invalid("too long");
    try {
      const { payload, protectedHeader } = await jwtVerify(bearer, keys.keyOf, options());
      if (protectedHeader.typ !== undefined && !accessTokenTypes.has(protectedHeader.typ.toLowerCase()))
        throw invalid(`header typ ${protectedHeader.typ}`);
      if (payload.iat !== undefined && payload.iat > input.clock.now().getTime() / 1_000 + clockTolerance)
        throw invalid("issued in the future");
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) throw invalid("not verified", error);
      throw error;
    }
  }

  async function claims(bearer: string): Promise<JWTPayload> {
    const payload = await payloadOf(bearer);
    if (isOtherToken(payload)) throw invalid("not an access token");
    const party = textClaim(payload, "azp", "client_id");
    if (parties && (party === null || !parties.has(party))) throw invalid("unknown authorized party");
    return payload;
  }

  return {
    claims,
    check: () => keys.check(),
    async verify(bearer) {
      return principalOf(await claims(bearer), input);
    },
  };
}
