import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "@sre/contracts/canonical";
import { Answer, Scope, type Answered, type DataOf } from "@sre/contracts/evidence";
import { snapshotSource } from "@sre/evidence";
import { diagnoseSnapshot } from "../../predict.ts";
import { readToolCache } from "./cache.ts";
import { cloudOpsBenchAdapter, convertCase } from "./index.ts";
import { cacheText } from "./testing/fixtures.ts";

const convert = (more: Readonly<Record<string, unknown>> = {}, metrics: string | null = null) =>
  convertCase({ id: "one", asked: { namespace: "shop", query: "Shop is down." }, calls: readToolCache(cacheText(more)), metrics });

const answered = (answers: readonly Answer[]): Answered[] => answers.filter((answer): answer is Answered => answer.kind === "answered");
function dataOf<About extends Answered["data"]["about"]>(about: About, answers: readonly Answer[]): DataOf<About>[] {
  return answered(answers).flatMap(({ data }) => (data.about === about ? [data as DataOf<About>] : []));
}
const objectsOf = (answers: readonly Answer[]) => dataOf("objects", answers).flatMap(({ objects }) => objects);

describe("a case", () => {
  const { snapshot, notLive } = convert();
  const { answers } = snapshot;

  it("holds answers and a scope of the contract's form", () => {
    expect(answers.filter((answer) => !Answer.safeParse(answer).success)).toEqual([]);
    expect(Scope.safeParse(snapshot.header.scope).success).toBe(true);
  });

  it("is as of the recorder's clock, which runs eight hours ahead of UTC", () => {
    expect(snapshot.header.scope.as_of).toBe("2026-02-02T02:02:00.250Z");
  });

  it("keeps no value of a setting that is not an address", () => {
    const text = canonicalJson(snapshot);
    expect(text).toContain("ledger:7001");
    expect(text).not.toMatch(/good morning|4711/);
  });

  it("tells of what an object names whether it exists and whether the port is offered", () => {
    const refs = objectsOf(answers).flatMap((object) => object.refs.map((ref) => ({ of: object.entity, view: object.view, ...ref })));
    const pod = "cluster/shop/pod/till-7c9f-x2x2x";
    expect(refs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ of: pod, to: "cluster/shop/claim/till-box", exists: false, optional: false }),
        expect.objectContaining({ of: pod, to: "cluster/shop/service/ledger", exists: true, optional: true, port_offered: true }),
        expect.objectContaining({ of: pod, to: "cluster/shop/identity/till", exists: null }),
        expect.objectContaining({
          of: "cluster/shop/secret/till-keys",
          view: "declared",
          to: "cluster/shop/service/ledger",
          port_offered: false,
        }),
        expect.objectContaining({
          of: "cluster/shop/config/till-settings",
          path: "data[routes.yaml].routes[/pay/**]",
          to: "cluster/shop/service/ledger",
          exists: true,
        }),
        expect.objectContaining({
          of: "cluster/shop/config/till-settings",
          path: "data[routes.yaml].routes[/old]",
          to: "cluster/shop/service/museum",
          exists: false,
        }),
      ]),
    );
  });

  it("names the kinds that were listed empty, and no others", () => {
    const coverage = answered(answers).find(({ data }) => data.about === "objects")?.coverage;
    expect(coverage?.by_kind).toMatchObject({ secret: "answered", claim: "answered" });
    expect(coverage?.by_kind).not.toHaveProperty("ingress");
  });

  it("keeps what manifests declare apart from what the cluster has, and a look-up gives both", async () => {
    const views = answered(answers).flatMap(({ source, data }) =>
      data.about === "objects" ? data.objects.map(({ view }) => `${source} ${view}`) : [],
    );
    expect(new Set(views)).toEqual(new Set(["cloud-opsbench live", "cloud-opsbench manifests declared"]));
    const question = {
      about: "objects" as const,
      kinds: ["deployment"],
      in: "cluster//namespace/shop",
      as_of: snapshot.header.scope.as_of,
    };
    const context = { asOf: snapshot.header.scope.as_of, signal: new AbortController().signal, deadlineMs: 10_000 };
    const found = objectsOf([await snapshotSource(snapshot).ask(question, context)]);
    expect(found.map(({ entity, view }) => `${entity} ${view}`)).toEqual([
      "cluster/shop/deployment/till live",
      "cluster/shop/deployment/till declared",
    ]);
  });

  it("tells when events were, how often, and once each", () => {
    const events = dataOf("events", answers).flatMap((data) => data.events);
    const failed = events.filter(({ reason }) => reason === "Failed");
    expect(failed).toMatchObject([
      { count: 4, first_at: "2026-02-02T02:00:00.250Z", last_at: "2026-02-02T02:01:30.250Z", from: "kubelet" },
    ]);
    expect(events.find(({ reason }) => reason === "NodeNotReady")?.entity).toBe("cluster//node/node-a");
  });

  it("joins the rows of one log line, and tells the earlier container's apart", () => {
    const [log] = dataOf("logs", answers);
    expect(log?.patterns.map(({ instance, level, samples }) => [instance, level, samples[0]])).toEqual(
      expect.arrayContaining([
        ["current", "error", "ERROR no ledger\nCaused by: refused"],
        ["previous", "error", "ERROR it was like this before"],
      ]),
    );
  });

  it("has no log where the recorder's tool only spoke of itself", () => {
    const ledger = answers.find(({ question }) => question.about === "logs" && question.of === "cluster/shop/service/ledger");
    expect(ledger).toMatchObject({ kind: "unanswered", because: "refused" });
  });

  it("draws who calls, selects, sends to and runs on whom", () => {
    const drawn = snapshot.edges.map(({ from, kind, to, match }) => `${from} ${kind} ${to}${match ?? ""}`.replaceAll("cluster/", ""));
    expect(drawn).toEqual(
      expect.arrayContaining([
        "shop/service/till calls shop/service/ledger",
        "shop/service/ledger calls shop/service/vault",
        "shop/service/till calls shop/service/mail",
        "shop/service/till selects shop/deployment/till",
        "shop/deployment/till routes shop/service/ledger/pay/**",
        "shop/deployment/till owns shop/pod/till-7c9f-x2x2x",
        "shop/pod/till-7c9f-x2x2x runs_on /node/node-a",
      ]),
    );
    expect(drawn).not.toContain("shop/service/till calls shop/service/vault");
  });

  it("tells of a Deployment's first rollout as the live source does", () => {
    const changes = dataOf("changes", answers).flatMap((data) => data.changes);
    expect(changes).toMatchObject([
      {
        id: "rollout/shop/till/1",
        entity: "cluster/shop/deployment/till",
        started_at: "2026-02-02T02:00:00.000Z",
        state: "started",
        from: null,
        to: "registry.example/till:2",
        touches: ["cluster/shop/service/till"],
        origin: "rollout",
      },
    ]);
  });

  it("marks what no live source tells, and nothing else", () => {
    const marked = answers.filter(({ id }) => notLive.has(id));
    expect(marked.every(({ question }) => question.about === "checks")).toBe(true);
    const checks = dataOf("checks", marked).flatMap((data) => data.checks);
    expect(checks.map(({ from, to, outcome, code }) => [from, to, outcome, code])).toEqual([
      ["cluster//node/node-a", "cluster/shop/service/ledger", "timeout", undefined],
      ["cluster//node/node-b", "cluster/shop/service/ledger", "ok", undefined],
      [null, "cluster/shop/service/till", "error", undefined],
      [null, "cluster//component/node-a%3Akube-proxy", "error", "inactive (dead)"],
    ]);
  });

  it("is about the workload that lacks its pods where no alert says so", () => {
    expect(snapshot.header.scope.alerts).toMatchObject([{ name: "Shop is down", entity: "cluster/shop/deployment/till" }]);
  });

  it("leads the engine to what is wrong: an image and a node", async () => {
    const diagnosis = await diagnoseSnapshot(snapshot);
    expect(diagnosis.causes.map(({ entity, fault }) => `${entity} ${fault}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^cluster\/shop\/deployment\/till image_/),
        expect.stringMatching(/^cluster\/\/node\/node-a (?!unknown)/),
      ]),
    );
  });
});

describe("alerts", () => {
  const alerts = {
    alerts: [
      {
        type: "Service",
        name: "till",
        time_range: "2026-02-02 09:50:00 ~ 2026-02-02 09:52:00",
        evidence: [
          "LATENCY [Slow] | p90latency: Normal=20.0ms -> Current=400.0ms (+1900%)",
          "ERROR [Success Rate Drop] | Normal=100.0% -> Cur=76.0% (-24.0%)",
        ],
      },
      {
        request_method: "GET",
        url: "/pay",
        business_action: "Pay",
        entry_service: "nobody",
        occurrences: 7,
        raw_error: "HTTPError('503 Server Error')",
      },
    ],
  };
  const { snapshot } = convert({ "GetAlerts:{}": alerts });

  it("become the scope with their own time, where they name something", () => {
    expect(snapshot.header.scope.alerts).toMatchObject([{ entity: "cluster/shop/service/till", starts_at: "2026-02-02T01:50:00.000Z" }]);
  });

  it("keep what they read, in seconds and shares", () => {
    const [data] = dataOf("alerts", snapshot.answers);
    expect(data?.alerts[0]?.readings).toEqual([
      { signal: { golden: "latency" }, statistic: "p90", unit: "s", normal: 0.02, observed: 0.4 },
      { signal: { golden: "errors" }, statistic: "ratio", unit: "1", normal: 0, observed: 0.24 },
    ]);
    expect(data?.alerts[1]).toMatchObject({ count: 7, code: "503", operation: "GET /pay" });
  });
});

it("measurements become series of services and nodes, with limits from the manifests", () => {
  const csv =
    "\uFEFFtime,till-cpu,till-success_rate,node-a-cpu\n2026-02-02 10:00:00,0.25,0.9,50\n2026-02-02 10:00:05,,1,60\n2026-02-02 10:00:15,0.5,1,70\n";
  const series = dataOf("series", convert({}, csv).snapshot.answers);
  const rows = series.map(({ start, step_ms, unit, rows: all }) => ({
    start,
    step_ms,
    unit,
    rows: all.map(({ of, values }) => [of, values]),
  }));
  const grid = { start: "2026-02-02T02:00:00.000Z", step_ms: 5_000, unit: "1" };
  expect(rows).toEqual([
    { ...grid, rows: [["cluster/shop/service/till", [0.25, null, null, 0.5]]] },
    { ...grid, rows: [["cluster/shop/service/till", [0.5, null, null, 1]]] },
    { ...grid, rows: [["cluster//node/node-a", [0.5, 0.6, null, 0.7]]] },
    { ...grid, rows: [["cluster/shop/service/till", [0.1, 0, null, 0]]] },
  ]);
});

describe("a directory", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "recordings-"));
    const folder = join(directory, "set", "cases", "one");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "alert.json"), JSON.stringify({ namespace: "shop", query: "Shop is down." }));
    await writeFile(join(folder, "tool_cache.json"), cacheText());
    await writeFile(join(directory, "set", "labels.json"), "no JSON: reading this would throw");
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it("gives its cases by the system they are of, without their labels", async () => {
    const found = await cloudOpsBenchAdapter.find(directory);
    expect(found).toMatchObject([{ system: "cloud-opsbench/shop", id: "one" }]);
    const [loaded] = (await found[0]?.load()) ?? [];
    expect(canonicalJson(loaded?.snapshot)).toBe(canonicalJson(convert().snapshot));
  });
});
