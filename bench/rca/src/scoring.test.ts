import { afterAll, describe, expect, it } from "vitest";
import { wilson } from "./intervals.ts";
import { readLabels, type Truth } from "./labels.ts";
import { among, placementOf, reciprocal } from "./placement.ts";
import { readPredictions, type RankedCause } from "./prediction.ts";
import { scoreCells } from "./tables.ts";
import { writeFiles } from "./testing/fixtures.ts";
import { measuresOf } from "./vocabulary.ts";

const cause = (rank: number, entity: string, more: Partial<RankedCause> = {}): RankedCause => ({
  rank, entity, fault: "unknown", confidence: 0.5, where: [], belongs_to: [], evidence: [], change: null, ...more,
}); // prettier-ignore
const service = (name: string) => `c/n/service/${name}`;
const measure = (truth: Truth, name: string) => {
  const found = measuresOf(truth).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no measure ${name}`);
  return found;
};
const carts = measure({ set: "sock-shop", kind: "cpu", service: "carts", metric: "cpu" }, "service");

describe("Wilson's interval", () => {
  it.each([
    [20, 20, 0.8389, 1],
    [0, 20, 0, 0.1611],
    [9, 10, 0.5958, 0.9821],
  ])("of %i in %i reaches from %f to %f", (...[hits, trials, low, high]) => {
    const interval = wilson(hits, trials);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it("of no trials says nothing", () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe("the place of the truth", () => {
  it("counts an object that is named twice once", () => {
    const ranked = [cause(1, service("orders")), cause(2, service("orders-db")), cause(3, service("carts-db"))];
    expect(placementOf(ranked, carts)).toEqual({ before: 1, tied: 1 });
  });

  it("is shared by exact ties, and what shares it gets its part of the credit", () => {
    const place = placementOf([cause(1, service("a")), cause(2, service("b")), cause(2, service("carts"))], carts);
    expect(place).toEqual({ before: 1, tied: 2 });
    expect([1, 2, 3].map((k) => among(place, k))).toEqual([0, 0.5, 1]);
    expect(reciprocal(place)).toBeCloseTo((1 / 2 + 1 / 3) / 2, 10);
  });

  it("is nowhere in a ranking without it, which scores nothing", () => {
    expect(placementOf([cause(1, service("a"))], carts)).toBeNull();
    expect(scoreCells([null])).toEqual(["0.00 [0.00–0.79]", "0.00 [0.00–0.79]", "0.00 [0.00–0.79]", "0.00", "0.00", "1"]);
  });

  it("keeps what has no word in the vocabulary as an answer before it", () => {
    const node = measure({ set: "cloud-opsbench", kind: "x", object: "node/w1" }, "object");
    expect(placementOf([cause(1, "c/n/config/c1"), cause(2, "c//node/w1")], node)).toEqual({ before: 1, tied: 1 });
  });
});

describe("the words of the data sets", () => {
  const objectOf = (one: RankedCause) => measure({ set: "cloud-opsbench", kind: "x", object: "y" }, "object").said(one);

  it.each([
    ["a pod by its workload", cause(1, "c/n/pod/cart-1", { belongs_to: ["c/n/deployment/cart", "c//node/w1"] }), "app/cart"],
    ["a component by its node", cause(1, "c//component/w1:kube-proxy"), "node/w1"],
    ["a quota by its namespace", cause(1, "c/shop/quota/q"), "namespace/shop"],
    ["a claim by the app that it is part of", cause(1, "c/n/claim/data", { belongs_to: ["c/n/statefulset/db"] }), "app/db"],
    ["what belongs to nothing by no word", cause(1, "c/n/config/c1"), null],
  ])("name %s", (_, one, word) => {
    expect(objectOf(one)).toBe(word);
  });

  it("ask for object and kind together, whatever the product calls the kind", () => {
    const both = measure({ set: "cloud-opsbench", kind: "oom_killed", object: "app/cart" }, "object + kind + category");
    expect(both.said(cause(1, "c/n/deployment/cart", { fault: "out_of_memory" }))).toBe(both.truth);
    expect(both.said(cause(1, "c/n/deployment/cart", { fault: "crash_loop" }))).not.toBe(both.truth);
  });

  it("tell a disturbed measure by the kind of fault", () => {
    const metric = measure({ set: "sock-shop", kind: "mem", service: "carts", metric: "mem" }, "service + metric");
    expect(metric.said(cause(1, service("carts"), { fault: "memory_leak" }))).toBe(metric.truth);
    expect(metric.said(cause(1, service("carts"), { fault: "cpu_saturation" }))).not.toBe(metric.truth);
  });
});

describe("labels and predictions", () => {
  const files = writeFiles({
    "a/labels.json": JSON.stringify({ p: { scenario: "calm", root_cause: { node: "Shop", metric: null } } }),
    "b/labels-day.json": JSON.stringify({
      n: { service: "s", type: "cpu", inject_time_utc: "2026-01-01 00:00:00" },
      s: { service: "s", metric: "cpu", onset: 1 },
    }),
    "c/labels.json": JSON.stringify({ o: { fault_object: "app/x", root_cause: "oom_killed", fault_taxonomy: "Runtime_Fault" } }),
    "c/cases/x/labels.json": "never read: it lies in a case",
    "odd/bad/labels.json": JSON.stringify({ z: { truth: "?" } }),
  });
  afterAll(() => files.remove());

  it("are read in the form of each data set", async () => {
    const labels = await Promise.all(["a", "b", "c"].map((name) => readLabels([`${files.directory}/${name}`])));
    expect(labels.map((each) => each.all.map(({ id, truth }) => [id, truth]))).toEqual([
      [["p", { set: "petshop", kind: "calm", node: "Shop" }]],
      [
        ["n", { set: "nezha", kind: "cpu", service: "s", onsetMs: Date.UTC(2026, 0, 1) }],
        ["s", { set: "sock-shop", kind: "cpu", service: "s", metric: "cpu", onsetMs: 1_000 }],
      ],
      [["o", { set: "cloud-opsbench", kind: "oom_killed", object: "app/x" }]],
    ]);
  });

  it("of an unknown form are refused by name", async () => {
    await expect(readLabels([`${files.directory}/odd`])).rejects.toThrow("The label of z");
    expect(() => readPredictions('\n{"case":"x"}\n')).toThrow("Line 2 is no prediction");
  });
});
