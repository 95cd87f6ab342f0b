import { z } from "zod";

/** Every refusal code of the product with its HTTP status; a code never changes its meaning. */
export const problemStatus = {
  invalid_request: 400,
  unknown_field: 400,
  malformed_json: 400,
  depth_exceeded: 400,
  too_many_fields: 400,
  unauthenticated: 401,
  invalid_token: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_key_reused: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  limit_reached: 429,
  internal_error: 500,
  not_implemented: 501,
  unavailable: 503,
  overloaded: 503,
} as const satisfies Record<string, number>;

export type ProblemCode = keyof typeof problemStatus;
export type ProblemStatus = (typeof problemStatus)[ProblemCode];

/** RFC 9457 problem details with a stable `code`, the field at fault and what to do next. */
export const Problem = z
  .object({
    type: z.string().meta({ description: "about:blank, or a URI of this code" }),
    title: z.string(),
    status: z.number().int(),
    code: z.string().meta({ description: "stable; programs may branch on it" }),
    detail: z.string().meta({ description: "for people; holds no internals" }),
    field: z.string().optional().meta({ description: "path of the first field at fault, e.g. alerts[3].labels.severity" }),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .max(20)
      .optional(),
    next_step: z.string().meta({ description: "what the caller can do about it" }),
    retryable: z.boolean(),
    trace_id: z.string(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
