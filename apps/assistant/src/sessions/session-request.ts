import type { AlertAnalysisRequest, DiagnosticRequest } from "@sre/contracts/assistant";
import { entityId, type EntityId, type Instant } from "@sre/contracts/evidence";
import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import { scopeOf, type ScopeInput } from "@sre/diagnosis";
import { RuleBroken } from "@sre/service-kit";

/** What a session was asked, as it is stored: the moment it reasons from is fixed when it is accepted. */
export type SessionRequest =
  | { readonly kind: "alerts"; readonly asOf: Instant; readonly body: AlertAnalysisRequest }
  | { readonly kind: "deployment"; readonly asOf: Instant; readonly body: DiagnosticRequest };

export type RequestBody =
  | Pick<Extract<SessionRequest, { kind: "alerts" }>, "kind" | "body">
  | Pick<Extract<SessionRequest, { kind: "deployment" }>, "kind" | "body">;

/** Clocks of services differ a little: this far ahead a moment still counts as now. */
const clockSkewMs = 60_000;

function unprocessable(field: string, detail: string): RuleBroken {
  return new RuleBroken("unprocessable", detail, { field });
}

/** The workload that a deployment request names. */
function deploymentOf(body: DiagnosticRequest): EntityId {
  return entityId({ cluster: body.cluster, namespace: body.namespace, kind: "deployment", name: body.deployment });
}

/** What is to be explained. */
export function scopeInputOf({ kind, asOf, body }: SessionRequest): ScopeInput {
  const deployment = kind === "deployment" ? deploymentOf(body) : null;
  return { asOf, alerts: body.alerts, entities: body.affected_services, deployment };
}

/**
 * The request with its moment fixed: what it names, or `at`.
 * Throws RuleBroken("unprocessable") when it lies in the future, or nothing is left to diagnose.
 */
export function sessionRequestOf(request: RequestBody, at: Date): SessionRequest {
  const { body } = request;
  const asOf = body.as_of === undefined ? at : new Date(body.as_of);
  if (asOf.getTime() > at.getTime() + clockSkewMs) throw unprocessable("as_of", "A diagnosis cannot reason from a moment that lies ahead.");
  // The compiler loses that `kind` and `body` belong together.
  const whole = { ...request, asOf: asOf.toISOString() } as SessionRequest;
  try {
    scopeOf(scopeInputOf(whole));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw unprocessable("alerts", "Every alert starts after as_of and no service is named: there is nothing to diagnose.");
  }
  return whole;
}

/** Tells whether a repeated idempotency key carries the same request. */
export function requestHashOf({ kind, body }: RequestBody): string {
  return sha256(canonicalJson({ kind, body }));
}
