import { isRawBody, Problem, type Operation, type OperationCall, type OperationResult, type Operations } from "@sre/contracts/shared";
import type { FailureReason, Outbound, OutboundFailure } from "./types.ts";
import { parseJson } from "./parse-json.ts";

export type ApiFailure = {
  readonly kind: "failed";
  readonly because: FailureReason;
  readonly status?: number;
  readonly detail: string;
  readonly problem?: Problem;
  readonly retryAfterMs?: number;
};
export type ApiAnswer<Op extends Operation> =
  | { readonly kind: "answered"; readonly status: number; readonly value: OperationResult<Op> }
  | ApiFailure;
export type ApiClient<Ops extends Operations> = {
  readonly [Name in keyof Ops]: (call: OperationCall<Ops[Name]>, signal: AbortSignal) => Promise<ApiAnswer<Ops[Name]>>;
};

interface LooseCall {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function pathOf(operation: Operation, params: LooseCall["params"]): string {
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(text(params?.[name] ?? "")));
}

function queryOf(query: LooseCall["query"]): Record<string, string> {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, text(value)]));
}

function apiFailure(failure: OutboundFailure): ApiFailure {
  const { because, detail, status, retryAfterMs, body } = failure;
  const problem = body === undefined ? null : Problem.safeParse(jsonOrNull(body));
  return {
    kind: "failed",
    because,
    detail: problem?.success ? `${detail}: ${problem.data.detail}` : detail,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(problem?.success ? { problem: problem.data } : {}),
  };
}

function jsonOrNull(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

function caller(operation: Operation, outbound: Outbound) {
  return async (call: LooseCall, signal: AbortSignal): Promise<{ kind: "answered"; status: number; value: unknown } | ApiFailure> => {
    const idempotent = operation.method === "GET" || call.headers?.["idempotency-key"] !== undefined;
    const result = await outbound.send({
      method: operation.method,
      path: pathOf(operation, call.params),
      query: queryOf(call.query),
      ...(call.headers ? { headers: call.headers } : {}),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      idempotent,
      signal,
    });
    if (result.kind === "failed") return apiFailure(result);
    const { status } = result;
    const declared = operation.responses[status as keyof Operation["responses"]];
    if (declared === undefined)
      return { kind: "failed", because: "garbled", status, detail: `answered ${status}, which the operation does not declare` };
    if (declared === null) return { kind: "answered", status, value: null };
    if (isRawBody(declared)) return { kind: "answered", status, value: { value: new TextDecoder().decode(result.body) } };
    const parsed = parseJson(result, declared);
    return parsed.ok
      ? { kind: "answered", status, value: parsed.value }
      : { kind: "failed", because: "garbled", status, detail: parsed.detail };
  };
}

/**
 * A typed client over a table of operations: parameters encoded, answers checked, problems read.
 * A raw body comes back as `{ value: string }`. A call with an `idempotency-key` may be retried. Never rejects.
 */
export function createApiClient<Ops extends Operations>(operations: Ops, outbound: Outbound): ApiClient<Ops> {
  const calls = Object.entries(operations).map(([name, operation]) => [name, caller(operation, outbound)]);
  // Each function checks exactly what the types of its operation promise.
  return Object.fromEntries(calls) as ApiClient<Ops>;
}
