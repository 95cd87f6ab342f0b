import type { Operation } from "@sre/contracts/shared";

/** The path of an operation as the router writes it: `/api/v1/incidents/:incident_id`. */
export function routePath(operation: Operation): string {
  return operation.path.replaceAll(/\{(\w+)\}/g, ":$1");
}

/** What the paths of an operation look like. */
export function pathPattern(operation: Operation): RegExp {
  const escaped = operation.path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}
