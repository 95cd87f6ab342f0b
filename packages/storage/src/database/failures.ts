import { RuleBroken } from "@sre/service-kit";

/** How long callers are asked to wait after an outage. */
const retryAfterSeconds = 2;

// Connection lost, server shutting down or full, statement cancelled, lock not had, serialization conflict or deadlock.
const outageState = /^(08|53|57P|57014|55P03|40001|40P01|25P03)/;
const outageCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const outageMessage =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|not queryable|connection error|Cannot use a pool after|PGlite is clos|already been destroyed|memory access out of bounds|unreachable executed|client was closed/i;

interface CodedError {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** What the server or the system calls the error: an SQLSTATE or an errno; null when it has no code. */
export function errorCode(error: unknown): string | null {
  const code = (error as CodedError | null)?.code;
  return typeof code === "string" ? code : null;
}

/** Whether the database, not the query, is at fault, so that the same query may succeed later. */
export function isOutage(error: unknown): boolean {
  if (error instanceof RuleBroken) return error.code === "unavailable";
  if (error instanceof AggregateError) return error.errors.some(isOutage);
  const code = errorCode(error);
  if (code !== null && (outageState.test(code) || outageCodes.has(code))) return true;
  const message = (error as CodedError | null)?.message;
  return typeof message === "string" && outageMessage.test(message);
}

/** Whether the connection may still hold a running statement or is gone: it must not serve anybody else. */
export function isBrokenConnection(error: unknown): boolean {
  const code = errorCode(error);
  const serverAnswered = code !== null && /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P)/.test(code);
  return !serverAnswered && isOutage(error);
}

// A text or a time that the database cannot store: every schema should have refused it, so this is only the last net.
const unstorableStates = new Set(["22021", "22P05", "22007", "22008", "22009"]);

/** The error as callers see it: RuleBroken("unavailable") for an outage, RuleBroken("invalid_request") for a value that cannot be stored, itself otherwise. */
export function databaseFailure(error: unknown): unknown {
  if (error instanceof RuleBroken) return error;
  if (unstorableStates.has(errorCode(error) ?? ""))
    return new RuleBroken("invalid_request", "A text or a time in the request cannot be stored.", { cause: error });
  if (!isOutage(error)) return error;
  const detail = errorCode(error) === "57014" ? "The database took too long to answer." : "The database cannot be reached at the moment.";
  return new RuleBroken("unavailable", detail, { retryAfterSeconds, cause: error });
}
