import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RcaCase } from "../../case.ts";
import { newest, seriesOf, writeFiles } from "../../testing/fixtures.ts";
import { petshopAdapter } from "./index.ts";
import { nodeEntity } from "./nodes.ts";

const nodes = ["Shop", "Basket_AWS::ECS::Fargate", "Basket_client", "stack-baske.eu-1.elb.amazonaws.com_remote"];
const stamp = (step: number) => 1_600_000_200 + step * 300;

/** Five columns: latency of every node, and requests and availability of the first. */
function csv(steps: readonly number[], value: (step: number, node: number) => string): string {
  const columns = [...nodes, "Shop", "Shop"];
  const metrics = [...nodes.map(() => "latency"), "requests", "availability"];
  const statistics = [...nodes.map(() => "Average"), "Sum", "Average"];
  const rows = steps.map((step) => [`${stamp(step)}.0`, ...nodes.map((_, node) => value(step, node)), "600", "97"].join(","));
  const header = [
    ["microservice", ...columns],
    ["metric", ...metrics],
    ["statistic", ...statistics],
  ].map((line) => line.join(","));
  return [...header, `unix_timestamp${",".repeat(columns.length)}`, ...rows, ""].join("\n");
}

const steps = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
const edges = [
  ["Shop", nodes[1]],
  ["Shop", nodes[3]],
  [nodes[2], nodes[1]],
];
const alert = { node: "Shop", metric: "latency", agg: "Average", timestamp: stamp(10_001) + 60 };

describe("a PetShop case", () => {
  const files = writeFiles({
    "set/labels.json": "this is never read",
    "set/calm/topology.json": JSON.stringify({ edges }),
    "set/calm/baseline.csv": csv(steps(0, 80), () => "0.1"),
    "set/calm/cases/c1/alert.json": JSON.stringify(alert),
    "set/calm/cases/c1/window.csv": csv(steps(10_000, 5), (step, node) => (node === 1 && step >= 10_001 ? "0.9" : node === 2 ? "" : "0.1")),
    "set/bare/topology.json": JSON.stringify({ edges }),
    "set/bare/cases/c2/alert.json": JSON.stringify(alert),
    "set/bare/cases/c2/window.csv": csv(steps(10_000, 5), () => "0.1"),
  });
  let runs: readonly RcaCase[] = [];
  const run = (id: string, name: string): RcaCase => {
    const found = runs.find((one) => one.id === id && one.run === name);
    if (found === undefined) throw new Error(`no run ${id} ${name}`);
    return found;
  };
  beforeAll(async () => {
    const cases = await petshopAdapter.find(files.directory);
    runs = (await Promise.all(cases.map((one) => one.load()))).flat();
  });
  afterAll(() => files.remove());

  it("is run as of the window's end and as of the alert, and knows nothing later", () => {
    const ends = ["window-end", "at-alert"].map(
      (name) => newest(seriesOf(run("c1", name).snapshot, { golden: "latency" }, "mean")) / 1_000,
    );
    expect(ends).toEqual([stamp(10_004), stamp(10_001)]);
  });

  it("has its normal stretch laid to end where the window begins, without a gap", () => {
    const { snapshot } = run("c1", "window-end");
    const data = seriesOf(snapshot, { golden: "latency" }, "mean");
    const row = data.rows.find(({ of }) => of === nodeEntity("Basket_AWS::ECS::Fargate"));
    expect(Date.parse(data.start) / 1_000).toBe(stamp(10_000 - 80));
    expect(row?.values).toEqual([...Array<number>(81).fill(0.1), 0.9, 0.9, 0.9, 0.9]);
  });

  it("keeps an empty cell as no sample", () => {
    const row = seriesOf(run("c1", "window-end").snapshot, { golden: "latency" }, "mean").rows.find(
      ({ of }) => of === nodeEntity("Basket_client"),
    );
    expect(row?.values.slice(-5)).toEqual([null, null, null, null, null]);
  });

  it("tells requests as a rate and missing availability as the share of errors", () => {
    const { snapshot } = run("c1", "window-end");
    expect(seriesOf(snapshot, { golden: "traffic" }, "rate").rows[0]?.values.at(-1)).toBe(2);
    expect(seriesOf(snapshot, { golden: "errors" }, "ratio").rows[0]?.values.at(-1)).toBe(0.03);
  });

  it("knows which nodes are views of a service, and that a load balancer routes to it", () => {
    const { snapshot } = run("c1", "window-end");
    const basket = nodeEntity("Basket_AWS::ECS::Fargate");
    expect(snapshot.aliases.map(({ name, entity, view }) => [name, entity, view])).toEqual([
      ["Basket_client", basket, "client"],
      [nodes[3], basket, "remote"],
    ]);
    expect(snapshot.edges).toContainEqual({ from: nodeEntity(nodes[3] ?? ""), to: basket, kind: "routes", origin: "host_name" });
  });

  it("comes without a normal stretch where none was recorded", () => {
    expect(run("c2", "window-end").snapshot.header.scope.baselines).toEqual([]);
    expect(seriesOf(run("c2", "window-end").snapshot, { golden: "latency" }, "mean").rows[0]?.values).toHaveLength(5);
  });

  it("is joined by windows of normal operation that know only what was before them", () => {
    const normal = runs.filter(({ id }) => id === "normal/calm");
    const ends = normal.map(({ snapshot }) => newest(seriesOf(snapshot, { golden: "latency" }, "mean")));
    expect(normal.map(({ run: name }) => name)).toEqual(Array.from({ length: 20 }, (_, i) => `normal-${String(i + 1).padStart(2, "0")}`));
    expect(normal.map(({ snapshot }) => Date.parse(snapshot.header.scope.as_of))).toEqual(ends);
    expect(Math.max(...ends) / 1_000).toBe(stamp(79));
    expect(runs.filter(({ id }) => id === "normal/bare")).toEqual([]);
  });
});
