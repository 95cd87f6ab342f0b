/** How alerts of the bench look: names of services and their place in the estate are a hundred, fingerprints are never used twice. */
const servicesMax = 100;

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");

/** The `index`-th alert of run `run` (up to 32 bits each), as Alertmanager sends it. */
export function benchAlert(run: number, index: number): Record<string, unknown> {
  const service = `service-${index % servicesMax}`;
  return {
    status: "firing",
    labels: {
      alertname: "HighErrorRate",
      severity: "warning",
      cluster: "bench",
      environment: "production",
      namespace: "shop",
      service,
      instance: `10.0.${index % 250}.${(index >> 8) % 250}:9100`,
    },
    annotations: {
      summary: `Errors of ${service} are high`,
      description: "More than 5 % of requests failed during the last five minutes.",
    },
    startsAt: "2026-11-24T10:00:00.000Z",
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "http://prometheus.example:9090/graph?g0.expr=rate&g0.tab=1",
    fingerprint: hex(run, 8) + hex(index, 8),
  };
}

/** A webhook body with `count` alerts, the first of them `from`. */
export function benchBody(run: number, from: number, count: number): string {
  const alerts = Array.from({ length: count }, (_, offset) => benchAlert(run, from + offset));
  const common = {
    receiver: "bench",
    status: "firing",
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: "http://alertmanager.example:9093",
  };
  return JSON.stringify({ version: "4", groupKey: '{}:{alertname="HighErrorRate"}', truncatedAlerts: 0, ...common, alerts });
}
