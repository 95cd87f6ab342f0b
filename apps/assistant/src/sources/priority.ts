import { severities, type Severity } from "@sre/contracts/evidence";

/** The more severe goes first: 0 is critical, higher numbers wait longer. */
export function priorityOf(severity: Severity): number {
  return severities.indexOf(severity);
}
