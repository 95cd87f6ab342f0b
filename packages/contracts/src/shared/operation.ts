import type { z } from "zod";
import type { Permission } from "./roles.ts";
import type { ProblemStatus } from "./problem.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** How the caller proves who it is: a bearer token or session cookie, a sender's ingest token, or not at all. */
type Authentication = "principal" | "ingest" | "public";

/** A body that is not JSON: a stream of events, a download, a page. */
export interface RawBody {
  readonly contentType: string;
  readonly description: string;
}

/**
 * One row of an API: from it come the route, its guard, its validation, the OpenAPI document and the typed client.
 * `scope` is what a principal needs; it is null exactly when `authentication` is not `principal`.
 */
export interface Operation {
  readonly method: Method;
  /** With parameters as OpenAPI has them: `/api/v1/incidents/{incident_id}`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly tag: string;
  readonly authentication: Authentication;
  readonly scope: string | null;
  /** Which roles may call it, bound to it by `withPermissions`; without one nobody may, unless it is public. */
  readonly permission?: Permission;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** For addresses that others compose, whose standard demands it (RFC 6749, 4.1.2): elsewhere an unknown parameter is refused. */
  readonly unknownQuery?: "ignored";
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What a success answers: a schema, a raw body, or null for an empty one. */
  readonly responses: Readonly<Partial<Record<200 | 201 | 202 | 204 | 302, z.ZodType | RawBody | null>>>;
  /** The refusals of its own; those that stand before its handler, and faults, follow from the rest: `refusalsOf`. */
  readonly problems: readonly ProblemStatus[];
  /** Whether it answers from this process alone, so that no fault of a dependency makes it fail with 500. */
  readonly cannotFail?: boolean;
  readonly bodyBytesMax?: number;
  /** Under which names besides `application/json` its body may come; it is JSON under each of them. */
  readonly mediaTypes?: readonly string[];
}

export type Operations = Readonly<Record<string, Operation>>;

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : Record<string, never>;
type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

/** What a handler receives once the request has passed its schemas. */
export interface OperationRequest<Op extends Operation> {
  readonly params: Output<Op["params"]>;
  readonly query: Output<Op["query"]>;
  readonly headers: Output<Op["headers"]>;
  readonly body: Op["body"] extends z.ZodType ? z.output<Op["body"]> : undefined;
}

/** What a client hands over. */
export interface OperationCall<Op extends Operation> {
  readonly params?: Input<Op["params"]>;
  readonly query?: Input<Op["query"]>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Op["body"] extends z.ZodType ? z.input<Op["body"]> : undefined;
}

type Body<Response> = Response extends z.ZodType ? z.input<Response> : Response extends RawBody ? unknown : null;

/** The answers a handler may give: one member for each declared status. */
export type OperationReply<Op extends Operation> = {
  [Status in keyof Op["responses"]]: {
    readonly status: Status;
    readonly body: Body<Op["responses"][Status]>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof Op["responses"]];

/** What a client gets back when the call succeeds. */
export type OperationResult<Op extends Operation> = {
  [Status in keyof Op["responses"]]: Op["responses"][Status] extends z.ZodType ? z.output<Op["responses"][Status]> : null;
}[keyof Op["responses"]];

export function isRawBody(response: z.ZodType | RawBody | null): response is RawBody {
  return response !== null && "contentType" in response;
}
