import { TeamId, type Role } from "@sre/contracts/shared";
import type { Log } from "../observe/log.ts";
import { RuleBroken } from "./rules.ts";

/** What a verified token says. */
export type Claims = Readonly<Record<string, unknown>>;

/** Who calls. `subject` is stable and unique for its `kind`; `name` is for people. */
export interface Principal {
  readonly kind: "person" | "service" | "sender" | "system" | "anonymous";
  readonly subject: string;
  readonly name: string;
  readonly teamId: TeamId | null;
  /** What the credential was given for: a bound on what its holder may do with it. */
  readonly scopes: ReadonlySet<string>;
  /** What the caller is: with the table of permissions it says what the caller may do. */
  readonly roles: ReadonlySet<Role>;
}

/** What an HTTP request says of itself beside its declared parts. Nothing here is verified but `address`. */
export interface HttpFacts {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies: Readonly<Record<string, string>>;
  /** The Origin header, or null when the caller is no browser page. */
  readonly origin: string | null;
  /** Address of the peer of the connection. */
  readonly address: string;
}

/** First argument of every verb: on whose behalf, for which team, since when, and until when to go on. */
export interface CallContext {
  readonly teamId: TeamId;
  readonly principal: Principal;
  readonly traceId: string;
  readonly at: Date;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Only for calls that came in over HTTP. */
  readonly http?: HttpFacts;
}

/** The one team of an installation until teams exist. */
export const defaultTeamId: TeamId = TeamId.parse("00000000-0000-7000-8000-000000000001");

export const anonymous: Principal = {
  kind: "anonymous",
  subject: "anonymous",
  name: "anonymous",
  teamId: null,
  scopes: new Set(),
  roles: new Set(),
};

/** Throws RuleBroken("forbidden") unless the caller holds the scope. */
export function requireScope(ctx: CallContext, scope: string): void {
  if (ctx.principal.scopes.has(scope)) return;
  throw new RuleBroken("forbidden", `This needs the scope ${scope}.`);
}

/** The context of work that nobody outside asked for: timers, jobs, start-up. */
export function systemContext(input: {
  readonly teamId: TeamId;
  readonly traceId: string;
  readonly at: Date;
  readonly log: Log;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly signal?: AbortSignal;
}): CallContext {
  const { teamId, traceId, at, log, name, scopes } = input;
  const principal: Principal = { kind: "system", subject: name, name, teamId, scopes: new Set(scopes), roles: new Set() };
  return { teamId, principal, traceId, at, log, signal: input.signal ?? new AbortController().signal };
}
