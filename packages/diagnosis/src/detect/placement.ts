import type { ClusterObject, EntityId, EvidenceRef, Finding } from "@sre/contracts/evidence";
import { podOf } from "../entities.ts";
import { conditionOf, listAt, textAt } from "../fields.ts";
import { finding, type FindingInput } from "../finding.ts";
import { brief } from "../messages/words.ts";
import { isControlPlane } from "../seen/control-plane.ts";
import { liveOfKind, podSpec, type Fields } from "../seen/estate.ts";
import type { Seen } from "../seen/seen.ts";
import { satisfiesAffinity, satisfiesSelector, selectorOf } from "./node-fit.ts";
import { began, byEntity, citesOf, eventsOf, livePods } from "./pods.ts";
import { bindingClause, clausesOf, isStateTaint, type Clause } from "./scheduling-clauses.ts";

/*
 * Why a pod gets no node. The scheduler's message counts nodes by the filter that refused them; labels and affinity share one
 * clause, and are told apart by holding the pod's spec against the nodes (kubernetes.io: Assigning Pods to Nodes).
 */

interface Refused {
  readonly pod: EntityId;
  readonly message: string;
  readonly from: { readonly from?: string };
  readonly evidence: readonly EvidenceRef[];
}

/** The newest word on each pod that has no node. */
function refusedPods(seen: Seen): Refused[] {
  const told = byEntity(eventsOf(seen, ["FailedScheduling"]).filter(({ message }) => /nodes? are available/i.test(message)));
  const said = new Map<EntityId, Refused>(
    told.map(({ entity, first, last, events }) => [
      entity,
      { pod: entity, message: last.message, from: began(seen, first), evidence: citesOf(events) },
    ]),
  );
  for (const pod of livePods(seen)) {
    const condition = conditionOf(pod.status, "PodScheduled");
    const message = textAt(condition, "message");
    if (textAt(condition, "reason") !== "Unschedulable" || message === "") continue;
    const known = said.get(pod.entity);
    said.set(pod.entity, { pod: pod.entity, message, from: known?.from ?? {}, evidence: [pod.cite, ...(known?.evidence ?? [])] });
  }
  return [...said.values()];
}

const isCordoned = (node: ClusterObject): boolean => node.spec["unschedulable"] === true;

function requested(spec: Fields, resource: string): string {
  const all = listAt(spec, "containers").map((container) => textAt(container, "resources", "requests", resource));
  return all.filter((each) => each !== "").join(" + ") || "?";
}

type Verdict = Pick<FindingInput, "what"> & { readonly values?: Readonly<Record<string, string>> };

const fits = (spec: Fields, node: ClusterObject): boolean => satisfiesSelector(spec, node) && satisfiesAffinity(spec, node);

/** The scheduler refused more nodes for their labels than the spec tells of: the rest of what is asked for was not shown. */
const isHidden = (spec: Fields, clause: Clause, nodes: readonly ClusterObject[]): boolean =>
  nodes.length > 0 && clause.nodes > nodes.filter((node) => !fits(spec, node)).length;

/** Which of the two that share a clause no node satisfies; the selector when both or nobody can tell. */
function byLabels(spec: Fields, clause: Clause, nodes: readonly ClusterObject[]): Verdict {
  const selector = selectorOf(spec);
  const some = Object.keys(selector).length > 0;
  const selected = nodes.filter((node) => satisfiesSelector(spec, node));
  const liked = nodes.filter((node) => satisfiesAffinity(spec, node));
  const bySelector = some && !isHidden(spec, clause, nodes) && (selected.length === 0 || liked.length > 0);
  const shown = Object.entries(selector).map(([key, value]) => `${key}=${value}`); // prettier-ignore
  return { what: bySelector ? "node_selector_unmatched" : "node_affinity_unmatched", values: { selector: shown.join(", ") || "?" } };
}

/** The nodes that a pod asks for by labels; of the control plane only where it names no other. */
function fittingNodes(spec: Fields, nodes: readonly ClusterObject[]): ClusterObject[] {
  return nodes.filter((node) => !isControlPlane(node) && fits(spec, node));
}

/** What keeps a pod from the nodes that fit it by their labels; from all nodes where none fits or none is known. */
function decisiveClause(spec: Fields, clauses: readonly Clause[], nodes: readonly ClusterObject[]): Clause | null {
  const fitting = fittingNodes(spec, nodes);
  const labels = clauses.find(({ kind }) => kind === "labels");
  if (fitting.length === 0 || labels === undefined || isHidden(spec, labels, nodes)) return bindingClause(clauses);
  const others = clauses.filter(({ kind }) => kind !== "labels");
  if (fitting.every(isCordoned)) return others.find(({ kind }) => kind === "cordoned") ?? bindingClause(clauses);
  return bindingClause(others) ?? bindingClause(clauses);
}

function verdictOf(spec: Fields, clause: Clause, nodes: readonly ClusterObject[]): Verdict | null {
  switch (clause.kind) {
    case "cordoned":
      return { what: "nodes_cordoned" };
    case "cpu":
    case "memory":
      return { what: `insufficient_${clause.kind}`, values: { requested: requested(spec, clause.kind) } };
    case "labels":
      return byLabels(spec, clause, nodes);
    case "taint":
      return isStateTaint(clause.detail) ? null : { what: "taint_not_tolerated", values: { taint: clause.detail || "?" } };
    case "spreading":
      return { what: "pod_spreading_conflict" };
    default:
      return null;
  }
}

/** The reason why each pod that waits for a node gets none, where the scheduler names it. */
export function detectPlacement(seen: Seen): Finding[] {
  const nodes = liveOfKind(seen, "node");
  return refusedPods(seen).flatMap(({ pod, message, from, evidence }) => {
    const spec = podSpec(seen, podOf(pod));
    const clause = decisiveClause(spec, clausesOf(message), nodes);
    const verdict = clause === null ? null : verdictOf(spec, clause, nodes);
    if (verdict === null) return [];
    const now = evidence.some(({ id }) => seen.now.has(id));
    return [
      finding({ what: verdict.what, entity: pod, ...from, strength: 0.95, evidence, values: { ...verdict.values, detail: brief(message) }, now }),
    ];
  }); // prettier-ignore
}
