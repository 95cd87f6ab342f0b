import type { Problem } from "@sre/contracts/control-plane";
import { routes, type CallOf, type ResultOf, type RouteName } from "./operations.ts";

/** Longest wait for one answer, in milliseconds. */
const answerTimeoutMs = 20_000;
const unsafeMethods = new Set(["POST", "PUT", "PATCH", "DELETE"]);

export type FailureKind = "signed_out" | "refused" | "unreachable" | "garbled";

/** A call that brought no result: refused with a problem, not reached, or answered with something else than the contract's JSON. */
export class RequestFailed extends Error {
  readonly kind: FailureKind;
  readonly problem: Problem | null;

  constructor(kind: FailureKind, problem: Problem | null, detail: string) {
    super(detail);
    this.name = "RequestFailed";
    this.kind = kind;
    this.problem = problem;
  }
}

let csrfToken = "";

/** The token of the session, sent with every call that changes something. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

type Values = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The URL of a route: path parameters percent-encoded, absent query values left out. */
export function urlOf(path: string, params: Values = {}, query: Values = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value && "title" in value;
}

/** The failure that a refusing response stands for. */
export async function failureOf(response: Response): Promise<RequestFailed> {
  const body: unknown = await response.json().catch(() => null);
  const problem = isProblem(body) ? body : null;
  const kind = response.status === 401 ? "signed_out" : "refused";
  return new RequestFailed(kind, problem, problem?.detail ?? `The server answered ${response.status}.`);
}

async function send(name: RouteName, call: CallOf<RouteName>, signal?: AbortSignal): Promise<Response> {
  const [method = "GET", path = "/"] = routes[name].split(" ");
  const url = urlOf(path, call.params as Values | undefined, call.query as Values | undefined);
  const headers = new Headers({ accept: "application/json" });
  const body: unknown = call.body;
  if (body !== undefined) headers.set("content-type", "application/json");
  if (unsafeMethods.has(method)) headers.set("x-csrf-token", csrfToken);
  const limit = AbortSignal.timeout(answerTimeoutMs);
  const init = {
    method,
    headers,
    credentials: "same-origin",
    redirect: "error",
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  } as const;
  const response = await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new RequestFailed("unreachable", null, error instanceof Error ? error.message : "no answer");
  });
  if (!response.ok) throw await failureOf(response);
  return response;
}

/** Calls an operation and gives back its result. Throws `RequestFailed`. */
export async function call<Name extends RouteName>(name: Name, input: CallOf<Name>, signal?: AbortSignal): Promise<ResultOf<Name>> {
  const response = await send(name, input as CallOf<RouteName>, signal);
  if (response.status === 204) return null as ResultOf<Name>;
  // The server validates what it answers against the same contract, so the page trusts the shape.
  return (await response.json().catch(() => {
    throw new RequestFailed("garbled", null, "The answer was not JSON.");
  })) as ResultOf<Name>;
}

/** The answer of an operation that gives a text. Throws `RequestFailed`. */
export async function callText(name: "getIncidentReport", input: CallOf<"getIncidentReport">, signal?: AbortSignal): Promise<string> {
  const response = await send(name, input as CallOf<RouteName>, signal);
  return response.text();
}
