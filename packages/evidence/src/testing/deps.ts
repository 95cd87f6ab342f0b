import { createCache, createLog, createMetrics, createOutboundFactory, systemClock } from "@sre/service-kit";
import { readConventions } from "../prometheus/conventions.ts";
import type { AskContext, SourceDeps } from "../source.ts";
import type { LokiConfig, PrometheusConfig } from "../sources-config.ts";

/** Real calls, a cache in memory, no log. */
export function testDeps(): SourceDeps {
  const log = createLog({ service: "test", level: "silent" });
  const common = { metrics: createMetrics("test"), log };
  return {
    outbound: createOutboundFactory({ ...common, clock: systemClock }),
    cache: createCache({ prefix: "test", ...common }),
    clock: systemClock,
    log,
  };
}

const access = (url: string) => ({ url, authorization: null, tls: null, tenant: null });

export function prometheusConfig(url: string, more: Partial<PrometheusConfig> = {}): PrometheusConfig {
  return {
    kind: "prometheus",
    name: "prometheus",
    cluster: null,
    inFlightMax: 8,
    deadlineMs: 10_000,
    access: access(url),
    conventions: readConventions(null),
    ...more,
  };
}

export function lokiConfig(url: string, more: Partial<LokiConfig> = {}): LokiConfig {
  return {
    kind: "loki",
    name: "loki",
    cluster: null,
    inFlightMax: 8,
    deadlineMs: 10_000,
    access: access(url),
    conventions: readConventions(null),
    ...more,
  };
}

export function askedAt(asOfMs: number, more: Partial<AskContext> = {}): AskContext {
  return { asOf: new Date(asOfMs).toISOString(), signal: new AbortController().signal, deadlineMs: 10_000, ...more };
}
