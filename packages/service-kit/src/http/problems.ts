import { problemStatus, type Problem, type ProblemCode } from "@sre/contracts/shared";
import { STATUS_CODES } from "node:http";
import type { z } from "zod";
import { RuleBroken } from "../identity/rules.ts";

const errorsMax = 20;
const messageCharactersMax = 500;
const fieldCharactersMax = 300;
const retryAfterDefaultSeconds = 2;

const nextSteps: Record<ProblemCode, string> = {
  invalid_request: "Correct the named field and send the request again.",
  unknown_field: "Leave the named field out; the API document lists what is allowed.",
  malformed_json: "Send one well-formed JSON document in UTF-8, each key once.",
  depth_exceeded: "Send a flatter document.",
  too_many_fields: "Split the document into smaller requests.",
  unauthenticated: "Sign in, or send a bearer token.",
  invalid_token: "Get a new token from the issuer.",
  forbidden: "Ask an administrator for the permission.",
  not_found: "Check the address and the identifier.",
  method_not_allowed: "Use one of the methods in the Allow header.",
  conflict: "Read the present state, then decide again.",
  idempotency_key_reused: "Use a new Idempotency-Key for a different request.",
  payload_too_large: "Send a smaller body.",
  unsupported_media_type: "Send application/json, not encoded.",
  unprocessable: "Correct the request.",
  limit_reached: "Wait for the time in Retry-After, then try again.",
  internal_error: "Report the trace id to the operators.",
  not_implemented: "This is not offered here.",
  unavailable: "Wait for the time in Retry-After, then try again.",
  overloaded: "Wait for the time in Retry-After, then try again.",
};

export interface ProblemReply {
  readonly status: number;
  readonly body: Problem;
  readonly retryAfterSeconds: number | null;
}

/** The problem+json of a broken rule. */
export function problemOf(rule: RuleBroken, traceId: string): ProblemReply {
  const status = problemStatus[rule.code];
  const { field, nextStep, errors, retryAfterSeconds } = rule.more;
  const retryable = status === 429 || status === 503;
  const body: Problem = {
    type: "about:blank",
    title: STATUS_CODES[status] ?? "Error",
    status,
    code: rule.code,
    detail: rule.detail,
    ...(field === undefined ? {} : { field }),
    ...(errors === undefined || errors.length === 0 ? {} : { errors: errors.slice(0, errorsMax).map((error) => ({ ...error })) }),
    next_step: nextStep ?? nextSteps[rule.code],
    retryable,
    trace_id: traceId,
  };
  return { status, body, retryAfterSeconds: retryable ? Math.max(1, Math.ceil(retryAfterSeconds ?? retryAfterDefaultSeconds)) : null };
}

/** `["alerts", 3, "labels", "severity"]` as `alerts[3].labels.severity`. */
function fieldPath(path: readonly PropertyKey[]): string {
  const joined = path.reduce<string>((soFar, part) => {
    if (typeof part === "number") return `${soFar}[${part}]`;
    return soFar === "" ? String(part) : `${soFar}.${String(part)}`;
  }, "");
  return joined.slice(0, fieldCharactersMax);
}

function errorsOf(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, errorsMax).map((key) => ({ field: fieldPath([...issue.path, key]), message: "is not a known field" }));
  }
  return [{ field: fieldPath(issue.path), message: issue.message.slice(0, messageCharactersMax) }];
}

/** What a schema found wrong, as the rule it breaks; `part` is said in the detail ("body", "query", …). */
export function ruleOfIssues(part: string, issues: readonly z.core.$ZodIssue[]): RuleBroken {
  const errors = issues.slice(0, errorsMax).flatMap(errorsOf).slice(0, errorsMax);
  const code = issues.length > 0 && issues.every((issue) => issue.code === "unrecognized_keys") ? "unknown_field" : "invalid_request";
  const first = errors[0];
  const detail =
    first && first.field !== "" ? `In the ${part}, ${first.field}: ${first.message}` : `The ${part} is not valid: ${first?.message ?? ""}`;
  return new RuleBroken(code, detail, { errors, ...(first && first.field !== "" ? { field: first.field } : {}) });
}

function hasStatus(error: unknown): error is { statusCode: number; code?: string } {
  return typeof error === "object" && error !== null && "statusCode" in error && typeof error.statusCode === "number";
}

const codeOfStatus: Readonly<Record<number, ProblemCode>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  409: "conflict",
  413: "payload_too_large",
  415: "unsupported_media_type",
  429: "limit_reached",
  503: "unavailable",
};

/** Any error as the rule it stands for; an unexpected one becomes internal_error and tells the caller nothing. */
export function ruleOf(error: unknown): RuleBroken {
  if (error instanceof RuleBroken) return error;
  if (!hasStatus(error) || error.statusCode < 400 || (error.statusCode >= 500 && error.statusCode !== 503)) {
    return new RuleBroken("internal_error", "Something went wrong on our side.", { cause: error });
  }
  const code = codeOfStatus[error.statusCode] ?? "invalid_request";
  return new RuleBroken(code, `The request was refused (${STATUS_CODES[problemStatus[code]] ?? code}).`, { cause: error });
}
