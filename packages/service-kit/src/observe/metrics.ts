import prom from "prom-client";

type BreakerState = "closed" | "open" | "half_open";

/** What a service counts about itself; labels come from closed sets, seconds are the unit. */
export interface Metrics {
  readonly registry: prom.Registry;
  httpRequest(call: { readonly method: string; readonly route: string; readonly status: number }, seconds: number): void;
  outboundCall(target: string, result: string, seconds: number): void;
  cache(name: string, result: "hit" | "miss" | "stale"): void;
  diagnosis(outcome: string, seconds: number): void;
  queue(name: string, depth: number, ageSeconds: number): void;
  breaker(target: string, state: BreakerState): void;
}

const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const diagnosisBuckets = [0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640];
const breakerValue: Record<BreakerState, number> = { closed: 0, half_open: 1, open: 2 };

function histogram(registry: prom.Registry, name: string, options: { help: string; labelNames: string[]; buckets?: number[] }) {
  return new prom.Histogram({ name, buckets: latencyBuckets, ...options, registers: [registry] });
}

function gauge(registry: prom.Registry, name: string, options: { help: string; labelNames: string[] }) {
  return new prom.Gauge({ name, ...options, registers: [registry] });
}

/** Metrics of one process with those of Node itself; each call has a registry of its own. */
export function createMetrics(service: string): Metrics {
  const registry = new prom.Registry();
  registry.setDefaultLabels({ service });
  prom.collectDefaultMetrics({ register: registry });
  const http = histogram(registry, "http_request_duration_seconds", {
    help: "Requests served, by route",
    labelNames: ["method", "route", "status"],
  });
  const outbound = histogram(registry, "outbound_call_duration_seconds", {
    help: "Calls to others, by target and result",
    labelNames: ["target", "result"],
  });
  const cache = new prom.Counter({
    name: "cache_requests_total",
    help: "Cache look-ups",
    labelNames: ["cache", "result"],
    registers: [registry],
  });
  const diagnosis = histogram(registry, "diagnosis_duration_seconds", {
    help: "Diagnoses, by outcome",
    labelNames: ["outcome"],
    buckets: diagnosisBuckets,
  });
  const depth = gauge(registry, "queue_depth", { help: "Jobs waiting", labelNames: ["queue"] });
  const age = gauge(registry, "queue_oldest_age_seconds", { help: "Age of the oldest waiting job", labelNames: ["queue"] });
  const breaker = gauge(registry, "breaker_state", { help: "0 closed, 1 half open, 2 open", labelNames: ["target"] });
  return {
    registry,
    httpRequest: ({ method, route, status }, seconds) => http.observe({ method, route, status: String(status) }, seconds),
    outboundCall: (target, result, seconds) => outbound.observe({ target, result }, seconds),
    cache: (name, result) => cache.inc({ cache: name, result }),
    diagnosis: (outcome, seconds) => diagnosis.observe({ outcome }, seconds),
    queue(name, waiting, ageSeconds) {
      depth.set({ queue: name }, waiting);
      age.set({ queue: name }, ageSeconds);
    },
    breaker: (target, state) => breaker.set({ target }, breakerValue[state]),
  };
}
