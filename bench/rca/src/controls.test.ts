import { describe, expect, it } from "vitest";
import type { Edge } from "@sre/contracts/evidence";
import { alertOf, recorded, snapshotOf, windowOf } from "./adapters/answers.ts";
import type { RcaCase } from "./case.ts";
import { permutedTopology, withoutNotLive } from "./controls.ts";
import { Sample } from "./sample.ts";

const at = Date.UTC(2026, 0, 1);
const service = (name: string) => `c/n/service/${name}`;
const names = ["a", "b", "c", "d", "e"];
const calls: Edge[] = names.slice(1).map((name, i) => ({ from: service(names[i] ?? ""), to: service(name), kind: "calls", origin: "t" }));
const owned: Edge = { from: "c/n/deployment/a", to: "c/n/pod/a-1", kind: "owns", origin: "t" };
const recorder = { source: "t", asOfMs: at };
const check = recorded(
  recorder,
  { about: "checks", of: [service("a")], as_of: new Date(at).toISOString() },
  { about: "checks", checks: [] },
);
const topology = recorded(
  recorder,
  { about: "topology", of: [service("a")], depth: 2 },
  { about: "topology", entities: [], edges: [...calls, owned], aliases: [] },
);

const alert = alertOf({ name: "A", entity: service("a"), atMs: at, labels: {} });
const rest = { entities: [], edges: calls, aliases: [], answers: [check, topology] };
const snapshot = snapshotOf({ recorder, alert, window: windowOf(at - 1, at), baselines: [], rest });
const one: RcaCase = { system: "s", id: "c", run: "", snapshot, notLive: new Set([check.id]) };

const told = (changed: RcaCase): readonly Edge[] =>
  changed.snapshot.answers.flatMap((answer) => (answer.kind === "answered" && answer.data.about === "topology" ? answer.data.edges : []));
const ends = (edges: readonly Edge[]) => edges.flatMap(({ from, to }) => [from, to]).sort();

describe("the controls", () => {
  it("leave out what no live source could have told, and nothing else", () => {
    expect(withoutNotLive(one).snapshot.answers).toEqual([topology]);
  });

  it("move the callers and callees, alike in all places, and leave ownership as it is", () => {
    const moved = permutedTopology(one, 7);
    expect(moved.snapshot.edges).not.toEqual(calls);
    expect(told(moved)).toEqual([...moved.snapshot.edges, owned]);
    expect(new Set(ends(moved.snapshot.edges))).toEqual(new Set(ends(calls)));
    expect(permutedTopology(one, 7)).toEqual(moved);
  });
});

describe("a sample", () => {
  it("is the same for the same seed, of the wanted size for each group", () => {
    const drawn = [1, 1, 2].map((seed) => {
      const sample = new Sample<number>(3, seed);
      for (let i = 0; i < 100; i++) sample.offer(i < 2 ? "few" : "many", i);
      return sample.items();
    });
    expect(drawn[0]).toEqual(drawn[1]);
    expect(drawn[0]).not.toEqual(drawn[2]);
    expect(drawn[0]?.slice(0, 2)).toEqual([0, 1]);
    expect(drawn[0]).toHaveLength(5);
  });
});
