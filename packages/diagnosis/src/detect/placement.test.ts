import { describe, expect, it } from "vitest";
import type { ClusterObject } from "@sre/contracts/evidence";
import { event } from "../testing/builders.ts";
import { cartOf, detected, kindsOf, object } from "../testing/detected.ts";
import { id } from "../testing/world.ts";
import { bindingClause, clausesOf } from "./scheduling-clauses.ts";

const pod = id("pod", "cart-5d4f8b9c7-x2x9z");
const node = (name: string, labels: Record<string, string>, spec: Record<string, unknown> = {}): ClusterObject =>
  object(id("node", name), { api_kind: "Node", labels, spec });
const nodes = [
  node("plane", { "node-role.kubernetes.io/control-plane": "" }, { unschedulable: true }),
  node("one", { disk: "ssd", zone: "a" }),
  node("two", { disk: "hdd", zone: "b" }),
];
const waits = (clauses: string) => [
  event(pod, "FailedScheduling", { message: `0/3 nodes are available: ${clauses}. preemption: 0/3 nodes are available: 3 Insufficient cpu.`, first: 9 }),
]; // prettier-ignore
const affinity = (operator: string, values?: string[], key = "disk") => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }] } } },
}); // prettier-ignore
const reasons = new Set([
  "insufficient_cpu",
  "insufficient_memory",
  "node_selector_unmatched",
  "node_affinity_unmatched",
  "taint_not_tolerated",
  "pod_spreading_conflict",
  "nodes_cordoned",
]);
const why = (spec: Record<string, unknown>, clauses: string, estate: readonly ClusterObject[] = nodes) =>
  [...kindsOf(detected({ objects: [...cartOf({ pod: spec }), ...estate], events: waits(clauses) }))].filter((what) => reasons.has(what));

const background = "1 node(s) were unschedulable";
const labels = "node(s) didn't match Pod's node affinity/selector";

describe("a pod without a node", () => {
  it.each([
    ["insufficient_cpu", {}, `${background}, 2 Insufficient cpu`],
    ["insufficient_cpu", {}, "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu"],
    ["insufficient_memory", {}, `${background}, 1 Insufficient cpu, 2 Insufficient memory`],
    ["node_selector_unmatched", { nodeSelector: { disk: "nvme" } }, `${background}, 2 ${labels}`],
    ["node_affinity_unmatched", affinity("In", ["nvme"]), `${background}, 2 ${labels}`],
    ["node_affinity_unmatched", affinity("NotIn", ["ssd", "hdd"]), `${background}, 2 ${labels}`],
    ["node_affinity_unmatched", affinity("DoesNotExist"), `${background}, 2 ${labels}`],
    ["node_affinity_unmatched", { nodeSelector: { zone: "a" }, ...affinity("Exists", undefined, "gpu") }, `${background}, 2 ${labels}`],
    ["taint_not_tolerated", {}, `${background}, 2 node(s) had untolerated taint {team: batch}`],
    ["taint_not_tolerated", { nodeSelector: { disk: "ssd" } }, `${background}, 1 node(s) had untolerated taint {team: batch}, 1 ${labels}`],
    ["taint_not_tolerated", { nodeSelector: { "kubernetes.io/hostname": "one" } }, `${background}, 1 node(s) had untolerated taint {team: batch}, 1 ${labels}`],
    ["pod_spreading_conflict", {}, `${background}, 2 node(s) didn't match pod anti-affinity rules`],
    ["pod_spreading_conflict", {}, "3 node(s) didn't match pod topology spread constraints"],
    ["nodes_cordoned", {}, "3 node(s) were unschedulable"],
  ] as [string, Record<string, unknown>, string][])("is told %s (%#)", (what, spec, clauses) => {
    expect(why(spec, clauses)).toEqual([what]);
  }); // prettier-ignore

  it("is told that the only nodes that fit are cordoned, whatever the others lack", () => {
    const closed = [...nodes.slice(0, 2), node("two", { disk: "hdd" }, { unschedulable: true })];
    expect(why({ nodeSelector: { disk: "hdd" } }, `2 node(s) were unschedulable, 1 ${labels}`, closed)).toEqual(["nodes_cordoned"]);
  });

  it("is told by labels when only the closed control plane happens to fit", () => {
    expect(why(affinity("NotIn", ["ssd", "hdd"]), `1 node(s) were unschedulable, 2 ${labels}`)).toEqual(["node_affinity_unmatched"]);
  });

  it("is judged by how its workload is declared where its own spec leaves that out", () => {
    const objects = [...cartOf({ pod: {}, declared: affinity("In", ["nvme"]) }), ...nodes];
    expect(kindsOf(detected({ objects, events: waits(`${background}, 2 ${labels}`) }))).toContain("node_affinity_unmatched");
  });

  it("is told of an affinity that its spec does not show, when more nodes are refused than its selector refuses", () => {
    expect(why({}, `${background}, 2 ${labels}`)).toEqual(["node_affinity_unmatched"]);
    expect(why({ nodeSelector: { disk: "ssd" } }, `${background}, 2 ${labels}`, nodes.slice(1))).toEqual(["node_affinity_unmatched"]);
  });

  it.each(["2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }", "3 node(s) had an odd day", "no such words"])(
    "is told no reason of its own by %s",
    (clauses) => {
      expect(why({}, clauses)).toEqual([]);
      expect(kindsOf(detected({ objects: cartOf({}), events: waits(clauses) }))).toContain("pod_unschedulable");
    },
  );

  it("is told nothing once it has a node", () => {
    const objects = [...cartOf({ pod: { nodeName: "one" }, status: { phase: "Running" } }), ...nodes];
    expect([...kindsOf(detected({ objects, events: waits("2 Insufficient cpu") }))].filter((what) => reasons.has(what))).toEqual([]);
  });
});

describe("the clauses of a scheduler's message", () => {
  it("are read with their counts, without what it says of preemption", () => {
    const clauses = clausesOf("0/5 nodes are available: 1 node(s) were unschedulable, 4 Insufficient cpu. preemption: 0/5 nodes are available: 5 x.");
    expect(clauses.map(({ kind, nodes: count }) => [kind, count])).toEqual([["cordoned", 1], ["cpu", 4]]);
  }); // prettier-ignore

  it("know taints in the words of several releases", () => {
    const said = ["2 node(s) had taint {a: b}, that the pod didn't tolerate", "2 node(s) had untolerated taint {a: b}"];
    expect(said.map((text) => bindingClause(clausesOf(text))).map((clause) => [clause?.kind, clause?.detail])).toEqual([["taint", "a: b"], ["taint", "a: b"]]);
  }); // prettier-ignore

  it("name nothing where there are none", () => expect(bindingClause(clausesOf(""))).toBeNull());
});
