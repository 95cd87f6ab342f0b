import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nezhaAdapter } from "../adapters/nezha/index.ts";
import { readLines } from "../adapters/nezha/logs.ts";
import { readSpans } from "../adapters/nezha/spans.ts";
import { minuteAt, usual, writeDay } from "../adapters/nezha/testing/day.ts";
import { seededCase, targetsOf } from "./nezha-cases.ts";
import { withFault, type SeededFault } from "./nezha-faults.ts";
import { tracesOf, type Traced } from "./nezha-trace.ts";
import { writeSeeded } from "./nezha-write.ts";

const requests = Array.from({ length: 8 }, () => usual);

async function normalTraces(): Promise<Traced[]> {
  const folder = join(await writeDay({ normal: requests, windows: { "10:20": requests } }), "2024-03-05", "normal");
  const minute = minuteAt("10:00");
  const [spans, lines] = await Promise.all(["trace", "log"].map((kind) => readFile(join(folder, kind, `10_00_${kind}.csv`), "utf8")));
  return tracesOf(readSpans(spans ?? "", minute), readLines(lines ?? "", minute));
}

const fault: SeededFault = {
  kind: "exception", service: "cart", operation: "/cart", progress: 0, coded: true, spreads: true, logged: true, wording: 0,
}; // prettier-ignore

async function changed(more: Partial<SeededFault>): Promise<{ before: Traced; after: Traced }> {
  const [before] = await normalTraces();
  if (!before) throw new Error("no trace");
  return { before, after: withFault(before, { ...fault, ...more }, 0) };
}

const services = ({ spans }: Traced) => [...new Set(spans.map(({ service }) => service))].sort();
const failing = ({ spans }: Traced) => [...new Set(spans.filter(({ code }) => code === "ERROR").map(({ service }) => service))].sort();

describe("a seeded exception", () => {
  it("leaves out what the operation would have called, and is an error in it and in its callers", async () => {
    const { before, after } = await changed({});
    expect(services(before)).toEqual(["cart", "door", "stock"]);
    expect(services(after)).toEqual(["cart", "door"]);
    expect(failing(after)).toEqual(["cart", "door"]);
    expect(after.lines.filter(({ text }) => text.includes("threw exception"))).toHaveLength(1);
  });

  it("makes callers log the failure as well, after the service itself did", async () => {
    const { after } = await changed({ service: "stock", operation: "/stock" });
    const said = after.lines.filter(({ text }) => text.includes("ERROR")).sort((a, b) => a.atMs - b.atMs);
    expect(said.map(({ pod }) => pod.split("-")[0])).toEqual(["stock", "cart"]);
    expect(said[1]?.text).toContain("500 Internal Server Error");
  });

  it("tells no code where spans are not to tell one", async () => {
    expect(failing((await changed({ coded: false })).after)).toEqual([]);
  });

  it("begins with its onset", async () => {
    const [before] = await normalTraces();
    if (!before) throw new Error("no trace");
    expect(withFault(before, fault, Number.MAX_SAFE_INTEGER)).toEqual(before);
  });
});

describe("a seeded wrong return", () => {
  it("shortens the tree without any error", async () => {
    const { before, after } = await changed({ kind: "wrong_return", logged: false, spreads: false });
    expect(after.spans.length).toBeLessThan(before.spans.length);
    expect(failing(after)).toEqual([]);
    expect(after.lines.some(({ text }) => text.includes("ERROR"))).toBe(false);
  });

  it("leaves every span within its parent", async () => {
    const { after } = await changed({ kind: "wrong_return" });
    const byId = new Map(after.spans.map((span) => [span.id, span]));
    for (const span of after.spans) {
      const parent = byId.get(span.parent);
      if (parent) expect([span.startMs >= parent.startMs, span.endMs <= parent.endMs + 1]).toEqual([true, true]);
    }
  });
});

describe("seeded cases", () => {
  it("hit operations that another service calls", async () => {
    expect(targetsOf(await normalTraces())).toEqual([
      { service: "cart", operation: "/cart" },
      { service: "stock", operation: "/stock" },
    ]);
  });

  it("are the same for the same seed and differ for another", async () => {
    const normal = await normalTraces();
    const of = (seed: number) => seededCase(normal, { kind: "exception", seed, normalMinute: minuteAt("10:00") }, 0);
    expect(of(7)).toEqual(of(7));
    expect(of(7).traces).not.toEqual(of(8).traces);
  });

  it("are written so that the adapter finds them, with the labels beside", async () => {
    const data = await writeDay({ normal: requests, windows: { "10:20": requests } });
    const out = await mkdtemp(join(tmpdir(), "seeded-"));
    const [set] = await writeSeeded(data, { out, seed: 1, cases: 2 });
    const found = await nezhaAdapter.find(out);
    expect(found.map(({ system, id }) => `${system} ${id}`)).toHaveLength(8);
    const labels: unknown = JSON.parse(await readFile(join(set ?? "", "labels-2024-03-05.json"), "utf8"));
    expect(Object.keys(labels as object)).toEqual(found.filter(({ system }) => system === "nezha-seeded-exception").map(({ id }) => id));
    const [one] = (await found[0]?.load()) ?? [];
    const service = (labels as Record<string, { service: string }>)[one?.id ?? ""]?.service;
    const calls = one?.snapshot.answers.flatMap((answer) =>
      answer.kind === "answered" && answer.data.about === "calls" ? answer.data.rows : [],
    );
    const erring = calls?.filter(({ side, codes }) => side === "server" && codes["ERROR"] !== undefined).map(({ of }) => of) ?? [];
    expect(erring.filter((of) => of.endsWith(`/${service}`))).toHaveLength(1);
  });
});
