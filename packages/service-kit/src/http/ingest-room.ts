import type { Operation, Operations } from "@sre/contracts/shared";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { RuleBroken } from "../identity/rules.ts";
import { newUuid } from "../lifecycle/clock.ts";
import type { Metrics } from "../observe/metrics.ts";
import { problemOf } from "./problems.ts";
import { pathPattern, routePath } from "./routes.ts";

/*
 * Under overload, work that ends in a refusal takes the time of work that would end in an answer. So what senders post beyond
 * what may be in flight is refused before any of it is read but its first line (load shedding; Welsh and Culler, Adaptive
 * overload control for busy Internet servers, USITS 2003).
 */

export interface IngestRoomInput {
  readonly operations: Operations;
  /** Deliveries that may be in flight. */
  readonly max: number;
  /** When a refused sender may come back. */
  readonly retryAfterSeconds: number;
  readonly metrics: Pick<Metrics, "httpRequest">;
}

/** Finds the route of an operation for senders; undefined for any other request. */
function ingestRoutes(operations: Operations): (request: IncomingMessage) => string | undefined {
  const own = Object.values(operations).filter((operation: Operation) => operation.authentication === "ingest");
  const exact = new Map(own.map((operation) => [operation.path as string, routePath(operation)]));
  const patterns = own.filter(({ path }) => path.includes("{")).map((operation) => [pathPattern(operation), routePath(operation)] as const);
  return ({ method, url = "" }) => {
    if (method !== "POST") return undefined;
    const path = url.split("?", 1)[0] ?? "";
    return exact.get(path) ?? patterns.find(([pattern]) => pattern.test(path))?.[1];
  };
}

// What remains of a larger body would have to be read to its end for the connection to be of further use.
const restBytesMax = 65_536;

function refuse(request: IncomingMessage, response: ServerResponse, retryAfterSeconds: number): void {
  const rule = new RuleBroken("overloaded", "Too many deliveries are being stored.", { retryAfterSeconds });
  const traceId = newUuid().replaceAll("-", "");
  const { status, body } = problemOf(rule, traceId);
  const rest = Number(request.headers["content-length"] ?? Infinity);
  response.writeHead(status, {
    "content-type": "application/problem+json; charset=utf-8",
    "retry-after": String(retryAfterSeconds),
    "x-request-id": traceId,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "strict-transport-security": "max-age=31536000",
    ...(rest <= restBytesMax ? {} : { connection: "close" }),
  });
  response.end(JSON.stringify(body));
}

/** Puts the limit before everything else that a server does with a request of a sender: 503 and Retry-After beyond it. */
export function limitIngest(server: Server, { operations, max, retryAfterSeconds, metrics }: IngestRoomInput): void {
  const routeOf = ingestRoutes(operations);
  const serve = server.listeners("request") as RequestListener[];
  let inFlight = 0;
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    const route = routeOf(request);
    if (route !== undefined && inFlight >= max) {
      metrics.httpRequest({ method: "POST", route, status: 503 }, 0);
      return refuse(request, response, retryAfterSeconds);
    }
    if (route !== undefined) {
      inFlight++;
      response.once("close", () => inFlight--);
    }
    for (const listener of serve) listener.call(server, request, response);
  });
}
