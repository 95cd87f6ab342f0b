/* What a scheduler says of the nodes that it did not take: "0/N nodes are available: <clause>, <clause>. preemption: …". */

type ClauseKind = "cpu" | "memory" | "resource" | "labels" | "taint" | "spreading" | "cordoned" | "volume" | "other";

export interface Clause {
  readonly kind: ClauseKind;
  /** How many nodes it speaks of; 0 when it speaks of the pod. */
  readonly nodes: number;
  /** The taint or the resource, as it was written. */
  readonly detail: string;
  readonly text: string;
}

const kinds: readonly (readonly [ClauseKind, RegExp])[] = [
  ["cpu", /Insufficient cpu\b/i],
  ["memory", /Insufficient memory\b/i],
  ["resource", /Insufficient |Too many pods/i],
  ["cordoned", /were unschedulable|taint\S* \{?node\.kubernetes\.io\/unschedulable/i],
  ["labels", /node affinity\/selector|didn't match node selector|didn't satisfy .{0,40}node affinity/i],
  ["spreading", /anti-affinity|topology spread constraints|had no free ports/i],
  ["volume", /persistentvolumeclaim|persistent volumes?\b|volume node affinity|unbound immediate/i],
  ["taint", /taint/i],
];

function clauseOf(text: string): Clause {
  const nodes = Number(/^(\d+) /.exec(text)?.[1] ?? 0);
  const kind = kinds.find(([, words]) => words.test(text))?.[0] ?? "other";
  const detail = /\{([^}]*)\}/.exec(text)?.[1]?.trim() ?? /Insufficient (\S+)/i.exec(text)?.[1] ?? "";
  return { kind, nodes, detail, text };
}

/** The clauses of a FailedScheduling message, in its order; what it says of preemption is left out. */
export function clausesOf(message: string): Clause[] {
  const said = (/nodes? are available: (.*)/is.exec(message)?.[1] ?? message).split(/\.? ?preemption:/i)[0] ?? "";
  return said
    .split(/,(?![^{]*\})\s*/)
    .map((text) => text.trim().replace(/\.$/, ""))
    .filter((text) => text !== "")
    .map(clauseOf);
}

// Taints by which Kubernetes itself marks the state of a node, or keeps the control plane to itself.
const ownTaint = /^node(-role)?(\.cloudprovider)?\.kubernetes\.io\//i;
const isBackground = ({ kind, detail }: Clause): boolean => kind === "cordoned" || (kind === "taint" && ownTaint.test(detail));

const order: readonly ClauseKind[] = ["taint", "labels", "spreading", "cpu", "memory", "resource", "volume", "other", "cordoned"];

/**
 * The clause that keeps the pod away from most nodes. Nodes that are closed to everybody are the background against which
 * the others count; only where there is nothing else they are the reason. Null when the message names none.
 */
export function bindingClause(clauses: readonly Clause[]): Clause | null {
  const telling = clauses.filter((clause) => !isBackground(clause));
  const pool = telling.length > 0 ? telling : clauses;
  return [...pool].sort((a, b) => b.nodes - a.nodes || order.indexOf(a.kind) - order.indexOf(b.kind))[0] ?? null;
}

/** Whether a taint is Kubernetes' own way of telling the state of a node, e.g. not-ready. */
export const isStateTaint = (detail: string): boolean => /^node(\.cloudprovider)?\.kubernetes\.io\//i.test(detail);
