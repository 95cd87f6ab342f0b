import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Answer, entityId, type Answered, type DataOf, type EvidenceData, type Question, type Window } from "@sre/contracts/evidence";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantOf, type EvidenceSource } from "../source.ts";
import { askedAt, prometheusConfig, testDeps } from "../testing/deps.ts";
import { remoteWrite, type WrittenSeries } from "../testing/remote-write.ts";
import { openPrometheusSource } from "./index.ts";

const url = process.env["PROMETHEUS_URL"];
const configFile = process.env["PROMETHEUS_CONFIG"];

const stepMs = 15_000;
const nowMs = Math.floor(Date.now() / stepMs) * stepMs;
const namespace = `shop-${nowMs.toString(36)}`;
const node = `node-${nowMs.toString(36)}`;
const address = `10.${(nowMs / stepMs) & 255}.${(nowMs / stepMs / 256) & 255}.7`;
const minutes = 40;
const onsetMs = nowMs - 10 * 60_000;
const window: Window = { from: instantOf(nowMs - 30 * 60_000), to: instantOf(nowMs) };
const id = (kind: string, name: string) => entityId({ cluster: "eu-1", namespace: kind === "node" ? "" : namespace, kind, name });
const checkout = id("service", "checkout");
const cart = id("service", "cart");

const times = Array.from({ length: (minutes * 60_000) / stepMs + 1 }, (_, i) => nowMs - minutes * 60_000 + i * stepMs);

/** A counter that grows by `perSecond(at)` in the step before each sample. */
function counter(labels: Record<string, string>, perSecond: (atMs: number) => number): WrittenSeries {
  let total = 0;
  return { labels, samples: times.map((atMs) => ({ atMs, value: (total += perSecond(atMs) * (stepMs / 1_000)) })) };
}
const gauge = (labels: Record<string, string>, at: (atMs: number) => number): WrittenSeries => ({
  labels,
  samples: times.map((atMs) => ({ atMs, value: at(atMs) })),
});

const broken = (atMs: number) => atMs > onsetMs;
const scraped = { namespace, cluster: "eu-1" };

/** Ten requests a second each; from the onset on, checkout fails half of them and takes 2 s instead of 50 ms. */
function requests(service: string, faulty: boolean): WrittenSeries[] {
  const labels = { ...scraped, service, job: service, instance: `${service}:8080`, http_route: "/pay" };
  const name = "http_server_request_duration_seconds";
  const bad = (atMs: number) => faulty && broken(atMs);
  const codes = [["200", (atMs: number) => (bad(atMs) ? 5 : 10)], ["500", (atMs: number) => (bad(atMs) ? 5 : 0)]] as const; // prettier-ignore
  return codes.flatMap(([code, rate]) => {
    const of = { ...labels, http_response_status_code: code };
    const buckets = [["0.1", (atMs: number) => (bad(atMs) ? 0 : rate(atMs))], ["2.5", rate], ["+Inf", rate]] as const; // prettier-ignore
    return [
      ...buckets.map(([le, perSecond]) => counter({ __name__: `${name}_bucket`, ...of, le }, perSecond)),
      counter({ __name__: `${name}_count`, ...of }, rate),
      counter({ __name__: `${name}_sum`, ...of }, (atMs) => rate(atMs) * (bad(atMs) ? 2 : 0.05)),
    ];
  });
}

const pod = "checkout-7c9d5b8f6d-x2lkq";
const written = (): WrittenSeries[] => [
  ...requests("checkout", true),
  ...requests("cart", false),
  gauge({ __name__: "container_memory_working_set_bytes", ...scraped, pod, container: "app" }, (atMs) => (broken(atMs) ? 95e6 : 40e6)),
  gauge(
    {
      __name__: "kube_pod_container_resource_limits",
      cluster: "eu-1",
      namespace: "monitoring",
      exported_namespace: namespace,
      exported_pod: pod,
      exported_container: "app",
      resource: "memory",
    },
    () => 100e6,
  ),
  gauge({ __name__: "hikaricp_connections_active", ...scraped, application: "checkout", instance: "a", pool: "main" }, (atMs) =>
    broken(atMs) ? 10 : 3,
  ),
  gauge({ __name__: "hikaricp_connections_max", ...scraped, application: "checkout", instance: "a", pool: "main" }, () => 10),
  gauge(
    {
      __name__: "node_filesystem_avail_bytes",
      cluster: "eu-1",
      instance: `${node}:9100`,
      mountpoint: "/",
      device: "/dev/sda1",
      fstype: "ext4",
    },
    (atMs) => (broken(atMs) ? 5e9 : 60e9),
  ),
  gauge(
    {
      __name__: "node_filesystem_size_bytes",
      cluster: "eu-1",
      instance: `${node}:9100`,
      mountpoint: "/",
      device: "/dev/sda1",
      fstype: "ext4",
    },
    () => 100e9,
  ),
  gauge({ __name__: "node_uname_info", instance: `${address}:9100`, nodename: `${node}-b` }, () => 1),
  gauge({ __name__: "node_filesystem_avail_bytes", instance: `${address}:9100`, mountpoint: "/", fstype: "ext4" }, () => 30e9),
  gauge({ __name__: "node_filesystem_size_bytes", instance: `${address}:9100`, mountpoint: "/", fstype: "ext4" }, () => 100e9),
  counter({ __name__: "traces_service_graph_request_total", client: "cart", server: "checkout", ...scraped }, () => 4),
  counter({ __name__: "traces_service_graph_request_failed_total", client: "cart", server: "checkout", ...scraped }, (atMs) =>
    broken(atMs) ? 2 : 0,
  ),
  gauge({ __name__: "ALERTS", alertname: "HighErrorRate", alertstate: "firing", ...scraped, service: "checkout" }, (atMs) =>
    atMs > onsetMs + 120_000 ? 1 : Number.NaN,
  ),
];

const rules = (name: string) => `groups:
- name: ${name}
  interval: 1h
  rules:
  - alert: HighErrorRate
    expr: sum by (service, namespace) (rate(http_server_request_duration_seconds_count{http_response_status_code=~"5..", namespace="${namespace}"}[2m])) / sum by (service, namespace) (rate(http_server_request_duration_seconds_count{namespace="${namespace}"}[2m])) > 0.05
    for: 2m
    labels: {severity: critical}
`;

describe.skipIf(!url || !configFile)("Prometheus", () => {
  let source: EvidenceSource;
  let before = "";
  const rulesFile = `${configFile}.${namespace}.rules.yml`;
  const reload = async () => expect((await fetch(`${url}/-/reload`, { method: "POST" })).status).toBe(200);

  beforeAll(async () => {
    await remoteWrite(url ?? "", written().map(({ labels, samples }) => ({ labels, samples: samples.filter(({ value }) => !Number.isNaN(value)) }))); // prettier-ignore
    before = readFileSync(configFile ?? "", "utf8");
    writeFileSync(rulesFile, rules(namespace));
    writeFileSync(configFile ?? "", `rule_files: ["${rulesFile}"]\n${before.replaceAll(/^rule_files:.*$/gm, "")}`);
    await reload();
    for (let attempt = 0; attempt < 50; attempt++) {
      const loaded = await (await fetch(`${url}/api/v1/rules?type=alert`)).text();
      if (loaded.includes(namespace)) break;
      await pause(100);
    }
    source = openPrometheusSource(prometheusConfig(url ?? ""), testDeps());
  });

  afterAll(async () => {
    writeFileSync(configFile ?? "", before);
    rmSync(rulesFile, { force: true });
    await reload();
    await source.close();
  });

  async function ask<About extends EvidenceData["about"]>(
    question: Question & { about: About },
  ): Promise<Answered & { data: DataOf<About> }> {
    const answer = await source.ask(question, askedAt(nowMs));
    expect(answer, JSON.stringify(answer).slice(0, 2_000)).toMatchObject({ kind: "answered" });
    expect(Answer.safeParse(answer).error).toBeUndefined();
    return answer as Answered & { data: DataOf<About> };
  }

  const series = (of: string[], more: Pick<Extract<Question, { about: "series" }>, "signal" | "statistics"> & { by?: ["operation"] }) =>
    ask({ about: "series", of, window, step_seconds: 60, ...more });
  const ends = (values: readonly (number | null)[]) => [values[5], values.at(-1)] as const;

  test("one query tells the errors of many services, each in its own row", async () => {
    const { data, asked, coverage } = await series([checkout, cart], { signal: { golden: "errors" }, statistics: ["ratio"] });
    expect(data.unit).toBe("1");
    expect(data.rows.map(({ of }) => of)).toEqual([cart, checkout].sort());
    const row = (of: string) => data.rows.find((each) => each.of === of)?.values ?? [];
    expect(ends(row(checkout))).toEqual([0, 0.5]);
    expect(ends(row(cart))).toEqual([0, 0]);
    expect(coverage).toMatchObject({ complete: true, as_of: "then", to: instantOf(Math.floor(nowMs / 60_000) * 60_000) });
    expect(asked[0]?.text).toContain("http_server_request_duration_seconds_count");
  });

  test("latency is in seconds and takes the first statistic that can be said", async () => {
    const { data } = await series([checkout], { signal: { golden: "latency" }, statistics: ["max", "p95", "mean"] });
    expect([data.statistic, data.unit]).toEqual(["p95", "s"]);
    const [calm, bad] = ends(data.rows[0]?.values ?? []);
    expect(calm).toBeLessThan(0.1);
    expect(bad).toBeGreaterThan(1);
  });

  test("traffic is a rate, by operation when asked", async () => {
    const { data } = await series([checkout], { signal: { golden: "traffic" }, statistics: ["rate"], by: ["operation"] });
    expect(data.rows[0]?.labels).toEqual({ operation: "/pay" });
    expect(ends(data.rows[0]?.values ?? [])).toEqual([10, 10]);
  });

  test("memory against its limit joins cAdvisor and kube-state-metrics though their labels differ, for pod, deployment and container", async () => {
    const of = [id("pod", pod), id("deployment", "checkout"), id("container", `${pod}:app`)];
    const { data } = await series(of, { signal: { resource: "memory", against: "limit" }, statistics: ["max"] });
    expect(data.rows.map((row) => row.of)).toEqual([...of].sort());
    for (const { values } of data.rows) expect(ends(values)).toEqual([0.4, 0.95]);
  });

  test("a pool's use is a share of its size", async () => {
    const { data } = await series([checkout], { signal: { named: "pool_used" }, statistics: ["value"] });
    expect(data.unit).toBe("1");
    expect(ends(data.rows[0]?.values ?? [])).toEqual([0.3, 1]);
  });

  test("a node is found by its instance, and its disk fills", async () => {
    const { data } = await series([id("node", node)], {
      signal: { resource: "disk", against: "capacity" },
      statistics: ["max", "value"],
    });
    expect(ends(data.rows[0]?.values ?? [])).toEqual([0.4, 0.95]);
  });

  test("a node that is scraped by its address is found by its name", async () => {
    const { data } = await series([id("node", `${node}-b`)], { signal: { resource: "disk", against: "capacity" }, statistics: ["max"] });
    expect(data.rows.map(({ of }) => of)).toEqual([id("node", `${node}-b`)]);
    expect(data.rows[0]?.values.at(-1)).toBe(0.7);
  });

  test("a signal without metrics is an unknown signal, not an empty answer", async () => {
    const question: Question = {
      about: "series",
      of: [checkout],
      signal: { named: "queue_depth" },
      statistics: ["value"],
      window,
      step_seconds: 60,
    };
    expect(await source.ask(question, askedAt(nowMs))).toMatchObject({ kind: "unanswered", because: "unknown_signal" });
  });

  test("a service that nobody measures gives an empty answer that covers nothing", async () => {
    const { data, coverage } = await series([id("service", "nobody")], { signal: { golden: "errors" }, statistics: ["ratio"] });
    expect(data.rows).toEqual([]);
    expect(coverage).toMatchObject({ complete: false, missing_share: 1 });
  });

  test("the alert's own rule is drawn against its threshold, with when it fired", async () => {
    const { data } = await ask({ about: "rule", alert: { name: "HighErrorRate", entity: checkout }, window, step_seconds: 60 });
    expect(data).toMatchObject({ threshold: 0.05, comparison: ">", for_seconds: 120, range_seconds: 120, unit: "1" });
    expect(data.rows).toHaveLength(1);
    expect(data.rows[0]?.labels).toMatchObject({ service: "checkout" });
    expect(ends(data.rows[0]?.values ?? [])[1]).toBe(0.5);
    expect(data.fired).toEqual([
      { from: instantOf(Math.floor((onsetMs + 120_000) / 60_000) * 60_000), to: instantOf(Math.floor(nowMs / 60_000) * 60_000) },
    ]);
  });

  test("the rule of another service says nothing about this one", async () => {
    const { data } = await ask({ about: "rule", alert: { name: "HighErrorRate", entity: cart }, window, step_seconds: 60 });
    expect(data.rows.map(({ labels }) => labels["service"])).not.toContain("checkout");
    expect(data.fired).toEqual([]);
  });

  test("an alert without a rule is not recorded", async () => {
    const answer = await source.ask(
      { about: "rule", alert: { name: "NoSuchRule", entity: cart }, window, step_seconds: 60 },
      askedAt(nowMs),
    );
    expect(answer).toMatchObject({ kind: "unanswered", because: "not_recorded" });
  });

  test("alerts of a namespace come with their entity and onset", async () => {
    const { data } = await ask({
      about: "alerts",
      in: entityId({ cluster: "eu-1", namespace: "", kind: "namespace", name: namespace }),
      window,
    });
    expect(data.alerts).toMatchObject([{ name: "HighErrorRate", entity: checkout, state: "firing", to: null }]);
  });

  test("the service graph gives edges with origin, weight and age", async () => {
    const { data } = await ask({ about: "topology", of: [checkout], depth: 2 });
    expect(data.edges).toMatchObject([{ from: cart, to: checkout, kind: "calls", origin: "service_graph" }]);
    expect(data.edges[0]?.weight).toBeCloseTo(4, 1);
    expect(Date.parse(data.edges[0]?.seen_at ?? "")).toBeGreaterThan(nowMs - 600_000);
  });

  test("calls of an edge are counted as good and failed", async () => {
    const edge = `${cart}>calls>${checkout}`;
    const { data } = await ask({ about: "calls", of: [edge, checkout], window, step_seconds: 60 });
    expect(data.rows.map(({ of }) => of)).toEqual([edge]);
    expect(data.rows[0]?.codes["error"]?.at(-1)).toBeCloseTo(120, 0);
    expect(data.rows[0]?.codes["ok"]?.at(-1)).toBeCloseTo(120, 0);
    const { data: errors } = await series([edge], { signal: { golden: "errors" }, statistics: ["ratio"] });
    expect(errors.rows[0]?.values.at(-1)).toBeCloseTo(0.5, 2);
  });

  test("hostile names stay names", async () => {
    const hostile = id("service", 'x"} or vector(1) #\\');
    const { data } = await series([hostile], { signal: { golden: "errors" }, statistics: ["ratio"] });
    expect(data.rows).toEqual([]);
  });

  test("nothing later than the time asked about enters an answer", async () => {
    const asOf = onsetMs - 60_000;
    const question: Question = {
      about: "series",
      of: [checkout],
      signal: { golden: "errors" },
      statistics: ["ratio"],
      window,
      step_seconds: 60,
    };
    const answer = await source.ask(question, askedAt(asOf));
    expect(
      answer.kind === "answered" &&
        answer.data.about === "series" &&
        answer.data.rows[0]?.values.every((value) => value === null || value === 0),
    ).toBe(true);
    expect(answer.kind === "answered" && Date.parse(answer.coverage.to)).toBeLessThanOrEqual(asOf);
  });

  test("the same question again costs no call", async () => {
    const question: Question = {
      about: "series",
      of: [checkout],
      signal: { golden: "traffic" },
      statistics: ["rate"],
      window,
      step_seconds: 30,
    };
    const [first, second] = [await source.ask(question, askedAt(nowMs)), await source.ask(question, askedAt(nowMs))];
    expect(second).toEqual(first);
  });
});
