import { recordedWindows, seriesAnswers } from "../author/answers.ts";
import type { Script } from "../author/build.ts";
import { steady, switchAt } from "../author/curves.ts";
import type { ServiceSpec } from "../author/estate.ts";
import { idsOf, node } from "../author/kubernetes.ts";
import type { Place, Variant } from "../author/scenario.ts";

const place: Place = { cluster: "us-2", namespace: "orders", environment: "prod" };
const ids = idsOf(place);
const asOf = "2026-11-05T14:32:00.000Z";
const changedAt = "2026-11-05T14:19:00.000Z";
const changedMs = Date.parse(changedAt);

function slow(usual: number, after: number, seed: number) {
  return switchAt(changedMs + 60_000, steady(usual, 0.08, seed), steady(after, 0.12, seed + 1));
}

function services(culprit: string, other: string): ServiceSpec[] {
  const rest = { nodes: ["pool-a-1", "pool-a-2"], createdAt: "2026-10-20T08:00:00.000Z" };
  const errors = (after: number, seed: number) => switchAt(changedMs + 90_000, steady(0.002, 0.4, seed), steady(after, 0.1, seed + 1));
  return [
    {
      name: "storefront",
      calls: ["basket"],
      version: "8.1.0",
      ...rest,
      curves: { latencySeconds: slow(0.2, 4.1, 30), errorRatio: errors(0.12, 60) },
    },
    {
      name: "mobile-gateway",
      calls: ["basket", other],
      version: "2.2.4",
      ...rest,
      curves: { latencySeconds: slow(0.18, 3.9, 32), errorRatio: errors(0.11, 62) },
    },
    {
      name: "partner-gateway",
      calls: ["basket"],
      version: "1.4.9",
      ...rest,
      curves: { latencySeconds: slow(0.25, 4.4, 34), errorRatio: errors(0.14, 64) },
    },
    {
      name: "basket",
      calls: [culprit],
      version: "6.3.0",
      ...rest,
      curves: { latencySeconds: slow(0.12, 3.6, 36), errorRatio: errors(0.1, 66) },
    },
    {
      name: culprit,
      calls: ["ledger"],
      version: "4.7.1",
      ...rest,
      curves: { latencySeconds: slow(0.08, 3.4, 38), errorRatio: errors(0.1, 68) },
    },
    { name: other, version: "3.0.2", ...rest },
    { name: "ledger", version: "2.9.0", ...rest },
  ];
}

function poolAnswers(all: readonly ServiceSpec[], culprit: string) {
  const windows = recordedWindows(asOf);
  const used = all.map((service, index) => {
    const usual = steady(0.22 + 0.02 * index, 0.15, 80 + index);
    return { of: ids.service(service.name), curve: service.name === culprit ? switchAt(changedMs, usual, () => 1) : usual };
  });
  const waiting = all.map((service, index) => ({
    of: ids.service(service.name),
    curve: service.name === culprit ? switchAt(changedMs + 30_000, () => 0, steady(41, 0.2, 90 + index)) : () => 0,
  }));
  return [
    ...seriesAnswers({ signal: { named: "pool_used" }, statistic: "ratio", unit: "1", text: "max by (service) (db_client_connections_usage{state=\"used\"} / db_client_connections_max)", rows: used }, windows),
    ...seriesAnswers({ signal: { named: "pool_waiting" }, statistic: "value", unit: "{request}", text: "max by (service) (db_client_connections_pending_requests)", rows: waiting }, windows),
  ]; // prettier-ignore
}

/** A configuration change cuts a service's connection pool to a tenth; three services two calls away alert, the culprit itself does not. */
export function exhaustedPool(variant: Variant = {}): Script {
  const [culprit, other] = variant.culprit === "swapped" ? ["stock", "orders"] : ["orders", "stock"];
  const all = services(culprit!, other!);
  const alert = (service: string, index: number, startsAt: string) => ({
    name: "SlowRequests", entity: ids.service(service), severity: "error" as const, summary: `${service}: 95 % of requests take longer than 1 s`, labels: { service }, startsAt,
    rule: { expression: `service:request_duration_seconds:p95_5m{service="${service}"}`, threshold: 1, forSeconds: 120, rangeSeconds: 120, unit: "s", curve: all[index]!.curves!.latencySeconds! },
  }); // prettier-ignore
  return {
    name: "exhausted-pool",
    place,
    asOf,
    services: all,
    nodes: ["pool-a-1", "pool-a-2"].map((name) => node(ids.node(name), "2026-05-11T08:00:00.000Z")),
    alerts: [
      alert("storefront", 0, "2026-11-05T14:23:00.000Z"),
      alert("mobile-gateway", 1, "2026-11-05T14:23:15.000Z"),
      alert("partner-gateway", 2, "2026-11-05T14:23:30.000Z"),
    ],
    logs: [
      { service: culprit!, patterns: [
        { template: "HikariPool-1 - Connection is not available, request timed out after <*>ms", level: "error", perMinute: switchAt(changedMs + 60_000, () => 0, steady(52, 0.2, 100)), samples: ["HikariPool-1 - Connection is not available, request timed out after 3000ms (total=5, active=5, idle=0, waiting=41)"] },
        { template: "configuration reloaded", level: "info", perMinute: (atMs) => (atMs === changedMs + 60_000 ? 1 : 0), samples: ["configuration reloaded"] },
      ] },
      { service: "basket", patterns: [
        { template: `call to ${culprit} timed out after <*>ms`, level: "error", perMinute: switchAt(changedMs + 60_000, () => 0, steady(35, 0.2, 102)), samples: [`call to ${culprit} timed out after 3500ms`] },
      ] },
    ], // prettier-ignore
    events: [],
    changes: [
      { id: `config-${culprit}-pool`, entity: ids.deployment(culprit!), kind: "config", title: `${culprit}: maximum pool size 50 → 5`, started_at: changedAt, ended_at: "2026-11-05T14:19:20.000Z", state: "succeeded", touches: [ids.service(culprit!)], by: "yuki", from: "spring.datasource.hikari.maximum-pool-size=50", to: "spring.datasource.hikari.maximum-pool-size=5", url: null },
      { id: "deploy-ledger-2.9.0", entity: ids.deployment("ledger"), kind: "deployment", title: "Deploy ledger 2.9.0", started_at: "2026-11-05T09:12:00.000Z", ended_at: "2026-11-05T09:14:00.000Z", state: "succeeded", touches: [ids.service("ledger")], by: "sam", from: "2.8.4", to: "2.9.0", url: null },
      { id: `flag-${other}-preview`, entity: ids.service(other!), kind: "flag", title: `Turn on the preview of ${other}`, started_at: "2026-11-05T14:26:00.000Z", ended_at: null, state: "succeeded", touches: [], by: "sam", from: "off", to: "on", url: null },
    ], // prettier-ignore
    more: poolAnswers(all, culprit!),
    expected: {
      verdicts: ["confirmed", "likely"],
      entity: ids.service(culprit!),
      fault: "connection_pool_exhausted",
      change: `config-${culprit}-pool`,
    },
  };
}
