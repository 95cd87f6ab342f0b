import type { Script } from "../author/build.ts";
import { during, steady } from "../author/curves.ts";
import type { ServiceSpec } from "../author/estate.ts";
import { idsOf, node } from "../author/kubernetes.ts";
import type { Place, Variant } from "../author/scenario.ts";

const place: Place = { cluster: "eu-1", namespace: "billing", environment: "prod" };
const ids = idsOf(place);
const asOf = "2026-11-11T04:20:00.000Z";
const blipMs = Date.parse("2026-11-11T04:10:00.000Z");

/** For one minute, in the quietest hour, one slow request is all that the quantile of the alert's rule has to go by. */
export function falseAlarm(variant: Variant = {}): Script {
  const alerting = variant.culprit === "swapped" ? "tax" : "invoice";
  const rest = { nodes: ["worker-5"], createdAt: "2026-10-14T12:00:00.000Z" };
  const quiet = (seed: number) => ({
    requestsPerSecond: steady(0.6, 0.2, seed),
    latencySeconds: steady(0.18, 0.08, seed + 1),
    errorRatio: () => 0,
  });
  const services: ServiceSpec[] = [
    { name: "invoice", calls: ["tax"], version: "3.1.0", ...rest, curves: quiet(140) },
    { name: "tax", version: "1.0.5", ...rest, curves: quiet(150) },
  ];
  const curve = during({ fromMs: blipMs - 60_000, toMs: blipMs }, () => 1.31, steady(0.31, 0.08, 160));
  return {
    name: "false-alarm",
    place,
    asOf,
    services,
    nodes: [node(ids.node("worker-5"), "2026-06-01T08:00:00.000Z")],
    alerts: [
      {
        name: "SlowestRequests", entity: ids.service(alerting), severity: "warning", summary: `${alerting}: the slowest requests take longer than 1 s`, labels: { service: alerting }, startsAt: "2026-11-11T04:10:00.000Z",
        rule: { expression: `service:request_duration_seconds:p99_1m{service="${alerting}"}`, threshold: 1, forSeconds: 0, rangeSeconds: 60, unit: "s", curve },
      },
    ], // prettier-ignore
    logs: [
      {
        service: alerting,
        patterns: [
          { template: "invoice <*> rendered", level: "info", perMinute: steady(20, 0.2, 170), samples: ["invoice 5512 rendered"] },
        ],
      },
    ],
    events: [],
    changes: [],
    expected: { verdicts: ["nothing_wrong"], entity: null, fault: null, change: null },
  };
}
