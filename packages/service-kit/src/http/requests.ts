import type { Operation, OperationRequest } from "@sre/contracts/shared";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { RuleBroken } from "../identity/rules.ts";
import type { HttpFacts } from "../identity/context.ts";
import { parseBoundedJson } from "./bounded-json.ts";
import type { HttpLimits } from "./limits.ts";
import { ruleOfIssues } from "./problems.ts";

const contentType = /^([a-z]+\/[a-z.+-]+)(?: *; *charset="?utf-8"?)?$/i;
const cookiesMax = 50;

function cookiesOf(header: string | undefined): Record<string, string> {
  if (header === undefined) return {};
  const pairs = header.split(";").slice(0, cookiesMax);
  // The first of equal names wins, as browsers send the most specific path first.
  return Object.fromEntries(
    pairs
      .map((pair) => [pair.slice(0, Math.max(0, pair.indexOf("="))).trim(), pair.slice(pair.indexOf("=") + 1).trim()] as const)
      .filter(([name]) => name !== "" && name !== "__proto__")
      .reverse(),
  );
}

/** The parts of a request that no schema describes, for those who decide about identity. */
export function httpFactsOf(request: FastifyRequest): HttpFacts {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
  const path = (request.raw.url ?? "").split("?", 1)[0] ?? "";
  return {
    method: request.method,
    path,
    headers,
    cookies: cookiesOf(headers["cookie"]),
    origin: headers["origin"] ?? null,
    address: request.socket.remoteAddress ?? "",
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll("+", " "));
  } catch {
    throw new RuleBroken("invalid_request", "The query is not percent-encoded UTF-8.");
  }
}

/** The query of a URL; a parameter that stands twice is refused, never "last one wins". */
function parseQuery(url: string, parametersMax: number): Record<string, string> {
  const start = url.indexOf("?");
  if (start === -1 || start === url.length - 1) return {};
  const pairs = url.slice(start + 1).split("&", parametersMax + 1);
  if (pairs.length > parametersMax) throw new RuleBroken("invalid_request", `At most ${parametersMax} query parameters.`);
  const query = new Map<string, string>();
  for (const pair of pairs.filter((text) => text !== "")) {
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    if (query.has(name)) throw new RuleBroken("invalid_request", "A query parameter stands twice.", { field: name.slice(0, 200) });
    query.set(name, equals === -1 ? "" : decode(pair.slice(equals + 1)));
  }
  return Object.fromEntries(query);
}

/** Refuses a body that is not plain JSON under a name that the operation takes, by its headers alone and before it is read. */
export function checkBodyHeaders({ mediaTypes = [] }: Operation, headers: FastifyRequest["headers"]): void {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw new RuleBroken("unsupported_media_type", "An encoded body is not accepted.");
  const type = headers["content-type"];
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  if (!hasBody && type === undefined) return;
  const accepted = ["application/json", ...mediaTypes];
  if (!accepted.includes(contentType.exec(type ?? "")?.[1]?.toLowerCase() ?? "")) {
    throw new RuleBroken("unsupported_media_type", `The body must be ${accepted.join(" or ")}.`);
  }
}

/** The body as JSON within the limits of the operation; undefined when it is empty. */
export function parseBody(operation: Operation, bytes: Uint8Array, limits: HttpLimits): unknown {
  if (bytes.byteLength === 0) return undefined;
  const keys =
    operation.authentication === "ingest"
      ? { keysMax: limits.ingestJsonKeysMax, keysPerObjectMax: limits.ingestJsonKeysPerObjectMax }
      : { keysMax: limits.jsonKeysMax, keysPerObjectMax: limits.jsonKeysPerObjectMax };
  return parseBoundedJson(bytes, { depthMax: limits.jsonDepthMax, ...keys });
}

function valid(part: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw ruleOfIssues(part, parsed.error.issues);
}

const nothing = z.strictObject({});
const noBody = z.union([z.undefined(), z.strictObject({})]);

/** Checks requests against one operation; unknown query parameters and bodies where none belongs are refused. */
export function requestReader<Op extends Operation>(operation: Op, limits: HttpLimits): (request: FastifyRequest) => OperationRequest<Op> {
  const querySchema = operation.unknownQuery === "ignored" ? (operation.query ?? z.object({})) : (operation.query?.strict() ?? nothing);
  return (request) => {
    if (Object.values(request.params as Record<string, string>).includes("")) throw new RuleBroken("not_found", "No such address.");
    const params = operation.params ? valid("path", operation.params, request.params) : {};
    const query = valid("query", querySchema, parseQuery(request.raw.url ?? "", limits.queryParametersMax));
    const headers = operation.headers ? valid("headers", operation.headers, request.headers) : {};
    if (operation.body && request.body === undefined) throw new RuleBroken("invalid_request", "The request needs a JSON body.");
    const body = operation.body ? valid("body", operation.body, request.body) : void valid("body", noBody, request.body);
    // The four parts have just passed the schemas that OperationRequest is derived from.
    return { params, query, headers, body } as OperationRequest<Op>;
  };
}
