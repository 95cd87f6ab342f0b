import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planQuestions, scopeOf } from "@sre/diagnosis";
import { snapshotSource } from "@sre/evidence";
import type { RcaCase } from "../../case.ts";
import { newest, seriesOf, writeFiles } from "../../testing/fixtures.ts";
import { sockShopAdapter } from "./index.ts";

const start = 1_600_000_000;
const alert = { alert: "Slow", entry: "gate", fires_at: [start + 20, start + 80] };
const rows = Array.from({ length: 100 }, (_, i) => `${start + i},${i},1000,0.25`).filter((_, i) => i !== 10);
const series = ["time,gate_cpu,my-cart-db_mem,gate_lat_90", ...rows].join("\n");

describe("a Sock Shop case", () => {
  const files = writeFiles({
    "labels.json": "this is never read",
    "cases/c1/alert.json": JSON.stringify(alert),
    "cases/c1/series.csv": series,
    "cases/c2/notes.txt": "a folder of another format",
  });
  let runs: readonly RcaCase[] = [];
  beforeAll(async () => {
    const cases = await sockShopAdapter.find(files.directory);
    expect(cases.map(({ id }) => id)).toEqual(["c1", "normal/c1"]);
    runs = (await Promise.all(cases.map((one) => one.load()))).flat();
  });
  afterAll(() => files.remove());

  it("is as many runs as its alert may fire, each of which knows nothing later", () => {
    expect(runs.map(({ run }) => run)).toEqual(["+60s", "+120s"]);
    expect(runs.map(({ snapshot }) => newest(seriesOf(snapshot, { resource: "cpu" }, "mean")) / 1_000)).toEqual(alert.fires_at);
    expect(runs.map(({ snapshot }) => Date.parse(snapshot.header.scope.as_of) / 1_000)).toEqual(alert.fires_at);
  });

  it("tells CPU in cores, memory in bytes, latency in seconds, and a second that was not recorded as none", () => {
    const snapshot = runs[0]?.snapshot;
    if (snapshot === undefined) throw new Error("no run");
    const cpu = seriesOf(snapshot, { resource: "cpu" }, "mean");
    expect([cpu.unit, cpu.step_ms, cpu.rows[0]?.values.slice(9, 12)]).toEqual(["1", 1_000, [0.09, null, 0.11]]);
    expect(seriesOf(snapshot, { resource: "memory" }, "mean").rows).toMatchObject([{ of: "sock-shop/sock-shop/service/my-cart-db" }]);
    expect(seriesOf(snapshot, { golden: "latency" }, "p90").rows[0]?.values[0]).toBe(0.25);
  });

  it("answers the planner's own questions about topology and latency of what alerts", async () => {
    const snapshot = runs[1]?.snapshot;
    if (snapshot === undefined) throw new Error("no run");
    const { as_of: asOf, alerts, entities, deployment } = snapshot.header.scope;
    const questions = planQuestions(scopeOf({ asOf, alerts, entities, deployment }), [], 1);
    const source = snapshotSource(snapshot);
    const context = { asOf, signal: new AbortController().signal, deadlineMs: 1_000 };
    const answers = await Promise.all(questions.map((question) => source.ask(question, context)));
    const known = answers.filter(({ kind }) => kind === "answered").map(({ question }) => question);
    expect(known.map(({ about }) => about)).toContain("topology");
    expect(known.some((question) => question.about === "series" && JSON.stringify(question.signal).includes("latency"))).toBe(true);
  });
});

describe("the time before a fault of Sock Shop", () => {
  it("is a run in which nothing is wrong, which ends before the fault", async () => {
    const seconds = Array.from({ length: 300 }, (_, i) => `${start + i},${i}`);
    const files = writeFiles({
      "cases/c1/alert.json": JSON.stringify({ ...alert, fires_at: [start + 300] }),
      "cases/c1/series.csv": ["time,gate_cpu", ...seconds].join("\n"),
    });
    const normal = (await sockShopAdapter.find(files.directory)).find(({ id }) => id === "normal/c1");
    const runs = (await normal?.load()) ?? [];
    files.remove();
    expect(runs.map(({ run }) => run)).toEqual(["-90s", "-30s"]);
    expect(runs.map(({ snapshot }) => newest(seriesOf(snapshot, { resource: "cpu" }, "mean")) / 1_000)).toEqual([start + 150, start + 210]);
  });
});
