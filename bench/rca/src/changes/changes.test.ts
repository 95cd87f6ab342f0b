import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "@sre/contracts/canonical";
import type { ChangeRecord, Snapshot } from "@sre/contracts/evidence";
import { recordedAdapter } from "../adapters/recorded/index.ts";
import { randomOf } from "../generated/random.ts";
import { readLabels, type Truth } from "../labels.ts";
import { diagnoseSnapshot } from "../predict.ts";
import { writeFiles } from "../testing/fixtures.ts";
import { deployment, machine, onsetMs, service, shopCase } from "../testing/shop.ts";
import { changeableIn, entitiesOf, homeOfTruth, onsetOf, sameApplication } from "./estate.ts";
import { withChanges } from "./suite.ts";
import { writeChangeSuite } from "./write.ts";

const { snapshot } = shopCase();
const truth: Truth = { set: "cloud-opsbench", kind: "oom_killed", object: "app/stock" };
const minuteMs = 60_000;

function changesOf({ answers }: Snapshot): readonly ChangeRecord[] {
  return answers.flatMap((answer) => (answer.kind === "answered" && answer.data.about === "changes" ? answer.data.changes : []));
}

function made(seed: number, brought: boolean) {
  const found = withChanges(snapshot, truth, { brought, random: randomOf(seed) });
  if (found === null) throw new Error("no case");
  return { ...found, changes: changesOf(found.snapshot) };
}

const seeds = Array.from({ length: 40 }, (_, i) => i);
const beforeOnset = ({ started_at: at }: ChangeRecord) => (onsetMs - Date.parse(at)) / minuteMs;
const couldHaveBrought = (change: ChangeRecord) =>
  change.entity === deployment("stock") && change.share !== 0 && beforeOnset(change) > 0 && beforeOnset(change) < 60;

describe("what a suite knows of a case", () => {
  const entities = entitiesOf(snapshot);

  it("is the labelled object as it would be changed: the workload before its service, or the machine", () => {
    expect(homeOfTruth(truth, entities)).toBe(deployment("stock"));
    expect(homeOfTruth({ ...truth, object: "node/worker-1" }, entities)).toBe(machine);
    expect(homeOfTruth({ set: "nezha", kind: "cpu", service: "cart" }, [service("cart")])).toBe(service("cart"));
    expect(homeOfTruth({ ...truth, object: "app/nowhere" }, entities)).toBeNull();
  });

  it("is what a team changes: workloads, or services where none are known", () => {
    expect(changeableIn(entities)).toEqual(["cart", "door", "stock"].map(deployment));
    expect(changeableIn(["door", "cart"].map(service))).toEqual(["door", "cart"].map(service));
    expect(sameApplication(service("carts"), service("carts-db"))).toBe(true);
    expect(sameApplication(service("cart"), service("carts"))).toBe(false);
  });

  it("is when the fault began: by the label, else by the first warning", () => {
    expect(onsetOf(snapshot, { set: "nezha", kind: "x", service: "stock", onsetMs: 7 }, service("stock"))).toBe(7);
    expect(onsetOf(snapshot, truth, deployment("stock"))).toBeLessThanOrEqual(onsetMs + 2 * minuteMs);
  });
});

describe("a case of the change suite", () => {
  it.each([
    ["with the change that brought its fault", true, 1],
    ["without any", false, 0],
  ])("has five to ten others, and can be blamed on one alone: %s", (_, brought, able) => {
    for (const seed of seeds) {
      const { changes, change } = made(seed, brought);
      expect(changes.length - able).toBeGreaterThanOrEqual(5);
      expect(changes.length - able).toBeLessThanOrEqual(10);
      const blamable = changes.filter(couldHaveBrought).map(({ id }) => id);
      expect(blamable).toEqual(change === null ? [] : [change]);
    }
  });

  it("has others of each sort: of another service, at another time, without effect", () => {
    const all = seeds.flatMap((seed) => made(seed, false).changes);
    expect(all.some((change) => change.entity !== deployment("stock") && beforeOnset(change) < 10 && change.share === null)).toBe(true);
    expect(all.some((change) => change.entity === deployment("stock") && beforeOnset(change) > 60)).toBe(true);
    expect(all.some((change) => change.entity === deployment("stock") && beforeOnset(change) < 0)).toBe(true);
    expect(all.some(({ entity, share }) => entity === deployment("stock") && share === 0)).toBe(true);
  });

  it("does not tell by names, order or wording which change it is", () => {
    const places = seeds.map((seed) => made(seed, true).change);
    expect(new Set(places).size).toBeGreaterThan(3);
    const wordings = made(1, true).changes.map(({ title, entity }) => title.replace(entity.split("/")[3] ?? "", "X").replace(/\d+/g, "N"));
    expect(new Set(wordings).size).toBe(1);
  });

  it("is the same for the same seed", () => {
    expect(canonicalJson(made(3, true))).toBe(canonicalJson(made(3, true)));
    expect(canonicalJson(made(3, true).changes)).not.toBe(canonicalJson(made(4, true).changes));
  });

  it("is told to the engine, which finds the change that brought the fault", async () => {
    const { snapshot: changed, change } = made(2, true);
    expect((await diagnoseSnapshot(changed)).causes[0]?.change).toBe(change);
  });

  it("is none of a fault that has shown for hours", () => {
    const old: Truth = { set: "nezha", kind: "cpu", service: "stock", onsetMs: onsetMs - 3 * 60 * minuteMs };
    expect(withChanges(snapshot, old, { brought: true, random: randomOf(1) })).toBeNull();
  });
});

describe("the written suite", () => {
  const start = 1_600_000_000;
  const alert = { alert: "Slow", entry: "gate", fires_at: [start + 300] };
  const rows = Array.from({ length: 301 }, (_, i) => `${start + i},${i > 240 ? 90 : 10},5,5`);
  const files = writeFiles({
    "set/labels.json": JSON.stringify({ c1: { service: "cart", metric: "cpu", onset: start + 240 } }),
    "set/cases/c1/alert.json": JSON.stringify(alert),
    "set/cases/c1/series.csv": ["time,cart_cpu,gate_cpu,till_cpu", ...rows].join("\n"),
  });

  it("is found without its labels, which lie beside and name a change that is in the case", async () => {
    const out = await mkdtemp(join(tmpdir(), "changes-"));
    const written = await writeChangeSuite([files.directory], { out, seed: 1, cases: 3 });
    expect([...written]).toEqual([["changes-sock-shop-1", 2]]);
    const found = await recordedAdapter.find(out);
    expect(found.map(({ system }) => system)).toEqual(["changes/sock-shop-1", "changes/sock-shop-1"]);
    const labels = await readLabels([out]);
    const told = await Promise.all(
      found.map(async (each) => {
        const { system, id } = each;
        const [one] = await each.load();
        const label = labels.of(system, id);
        if (one === undefined || label?.set !== "changes") throw new Error(`no label of ${id}`);
        return label.change === null ? "none" : changesOf(one.snapshot).find((change) => change.id === label.change)?.entity;
      }),
    );
    expect(new Set(told)).toEqual(new Set(["none", "sock-shop/sock-shop/service/cart"]));
    const [first] = found;
    expect(await readFile(join(out, "changes-sock-shop-1", "cases", first?.id ?? "", "case.json"), "utf8")).not.toContain("change-");
    await rm(out, { recursive: true });
    files.remove();
  });
});
