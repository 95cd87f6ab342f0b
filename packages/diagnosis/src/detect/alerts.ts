import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import type { Seen } from "../seen/seen.ts";
import { inWindow } from "./pods.ts";

/** Other alerts that began to fire in the window: the ones to be explained tell nothing new, and old ones explain nothing. */
export function detectAlerts(seen: Seen): Finding[] {
  const known = new Set(seen.scope.alerts.map(({ name }) => name));
  return seen.alerts.flatMap((alert) => {
    if (alert.entity === null || alert.state !== "firing" || known.has(alert.name) || !inWindow(seen, alert.from)) return [];
    return [
      finding({
        what: "alert_firing",
        entity: alert.entity,
        from: alert.from,
        strength: 0.45,
        evidence: [alert.cite],
        values: { alert: alert.name },
      }),
    ];
  });
}
