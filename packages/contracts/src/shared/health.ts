import { z } from "zod";
import type { Operation, Operations } from "./operation.ts";

const Check = z.object({ name: z.string(), ok: z.boolean(), required: z.boolean(), latency_ms: z.number(), detail: z.string().optional() });

/** `degraded` while the process lives and a dependency does not: liveness never depends on a dependency. */
export const Health = z
  .object({
    status: z.enum(["ok", "degraded"]),
    service: z.string(),
    version: z.string(),
    uptime_seconds: z.number(),
    checks: z.array(Check),
  })
  .meta({ id: "Health" });
export type Health = z.infer<typeof Health>;

/** `missing` names the required dependencies that failed. */
export const Readiness = z.object({ ready: z.boolean(), missing: z.array(z.string()) }).meta({ id: "Readiness" });
export type Readiness = z.infer<typeof Readiness>;

const open = { tag: "health", authentication: "public", scope: null, problems: [], cannotFail: true } as const satisfies Partial<Operation>;

/** The operations that every service has, at the root; `service-kit` serves them. */
export const healthOperations = {
  getHealth: {
    ...open,
    method: "GET",
    path: "/healthz",
    summary: "Liveness, with the state of each dependency",
    responses: { 200: Health },
  },
  getReadiness: {
    ...open,
    method: "GET",
    path: "/readyz",
    summary: "Whether this replica can take traffic",
    responses: { 200: Readiness },
    problems: [503],
  },
  getMetrics: {
    ...open,
    method: "GET",
    path: "/metrics",
    summary: "Prometheus metrics",
    responses: { 200: { contentType: "text/plain; version=0.0.4", description: "Prometheus text exposition" } },
  },
  getOpenApi: {
    ...open,
    method: "GET",
    path: "/openapi.json",
    summary: "This API as an OpenAPI 3.1 document",
    responses: { 200: { contentType: "application/json", description: "OpenAPI 3.1 document" } },
  },
} as const satisfies Operations;
