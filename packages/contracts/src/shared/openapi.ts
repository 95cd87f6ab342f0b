import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from "zod-openapi";
import { z } from "zod";
import { isRawBody, type Operation, type Operations, type RawBody } from "./operation.ts";
import { teamHeader } from "./roles.ts";
import { Problem, type ProblemStatus } from "./problem.ts";

const statusText: Record<number, string> = {
  200: "OK", 201: "Created", 202: "Accepted", 204: "No content", 302: "Found", 400: "The request is malformed or breaks its schema", 401: "No valid credentials",
  403: "The caller may not do this", 404: "No such thing, or not the caller's", 405: "No such verb here", 409: "In conflict with the present state", 413: "Body over the limit", 415: "Not this content type",
  422: "Well-formed but not acceptable", 429: "Too many requests", 500: "A fault of ours", 501: "Not offered here", 503: "Temporarily not possible; Retry-After says when",
}; // prettier-ignore

/** The credentials that an operation takes; of a token or session with the scope that it must hold. */
function securityOf({ authentication, scope }: Operation): Record<string, string[]>[] {
  const scopes = scope === null ? [] : [scope];
  if (authentication === "principal") return [{ bearer: scopes }, { session: scopes }];
  return authentication === "ingest" ? [{ ingest: [] }, { ingestBasic: [] }] : [];
}

const team = z.uuid().optional().meta({ description: "the team to act in; another than the caller's own only for roles that reach all" });

function headersOf({ headers, permission = {} }: Operation): z.ZodObject | undefined {
  if (!Object.values(permission).includes("all")) return headers;
  return (headers ?? z.object({})).extend({ [teamHeader]: team });
}

// A JSON body that no schema of ours describes is a document still, not a text.
const rawSchema = ({ contentType }: RawBody) => ({ type: contentType === "application/json" ? ("object" as const) : ("string" as const) });

function successResponses(operation: Operation): ZodOpenApiResponsesObject {
  const entries = Object.entries(operation.responses).map(([status, response]) => {
    const description = (response && isRawBody(response) ? response.description : statusText[Number(status)]) ?? "";
    if (response === null || response === undefined) return [status, { description }] as const;
    if (isRawBody(response))
      return [status, { description, content: { [response.contentType]: { schema: rawSchema(response) } } }] as const;
    return [status, { description, content: { "application/json": { schema: response } } }] as const;
  });
  return Object.fromEntries(entries) as ZodOpenApiResponsesObject;
}

const guardRefusals: Record<Operation["authentication"], readonly ProblemStatus[]> = { principal: [401, 403], ingest: [401], public: [] };

/**
 * Every refusal that an operation can answer, in order: its own, those of the guard, the limits and the reader that stand before
 * each handler, a fault, and an outage. Health stays answerable when the service takes no more work.
 */
function refusalsOf({ authentication, method, problems, tag, cannotFail }: Operation): ProblemStatus[] {
  const ofBody: readonly ProblemStatus[] = method === "GET" ? [] : [413, 415];
  const faults: readonly ProblemStatus[] = cannotFail ? [] : [500];
  const outages: readonly ProblemStatus[] = tag === "health" ? [] : [503];
  const all = new Set([400 as const, ...guardRefusals[authentication], ...ofBody, ...problems, ...faults, ...outages]);
  return [...all].sort((a, b) => a - b);
}

function problemResponses(operation: Operation): ZodOpenApiResponsesObject {
  const statuses = refusalsOf(operation);
  const content = { "application/problem+json": { schema: Problem } };
  return Object.fromEntries(
    statuses.map((status) => [String(status), { description: statusText[status] ?? "", content }]),
  ) as ZodOpenApiResponsesObject;
}

function describe(operationId: string, operation: Operation): ZodOpenApiOperationObject {
  const { params, query, body, permission, mediaTypes = [] } = operation;
  const headers = headersOf(operation);
  const content = Object.fromEntries(["application/json", ...mediaTypes].map((type) => [type, { schema: body }]));
  return {
    operationId,
    summary: operation.summary,
    tags: [operation.tag],
    security: securityOf(operation),
    ...(operation.scope ? { "x-required-scope": operation.scope } : {}),
    ...(permission ? { "x-roles": permission } : {}),
    requestParams: { ...(params ? { path: params } : {}), ...(query ? { query } : {}), ...(headers ? { header: headers } : {}) },
    ...(body ? { requestBody: { required: true, content } } : {}),
    responses: { ...successResponses(operation), ...problemResponses(operation) },
  } as ZodOpenApiOperationObject;
}

/** The OpenAPI 3.1 document of an API: exactly its operations, in their order, nothing by hand. */
export function openApiDocument(title: string, version: string, operations: Operations) {
  const paths: ZodOpenApiPathsObject = {};
  for (const [operationId, operation] of Object.entries(operations)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operationId, operation) };
  }
  return createDocument({
    openapi: "3.1.1",
    info: { title, version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: "/" }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        session: { type: "apiKey", in: "cookie", name: "sre_session" },
        ingest: { type: "http", scheme: "bearer", description: "the ingest token of a sender; write-only" },
        ingestBasic: { type: "http", scheme: "basic", description: "the ingest token as password, under any name" },
      },
    },
  });
}
