import { byCodeUnit } from "@sre/contracts/canonical";
import { entityParts, type Coverage, type Edge, type EntityId, type QuestionOf } from "@sre/contracts/evidence";
import { SourceFailure, type Asking, type Found } from "../source.ts";
import { aliasesOf, edgesOf } from "./edges.ts";
import type { Fields } from "./fields.ts";
import type { Estate } from "./objects.ts";
import { readKinds, type KindsRead } from "./read-kinds.ts";
import { namespacesMax } from "./rollouts.ts";

const kinds = ["pod", "deployment", "statefulset", "daemonset", "job", "service", "endpoints", "ingress"];

interface Read {
  readonly items: ReadonlyMap<string, readonly Fields[]>;
  readonly coverage: KindsRead["coverage"];
}

function namespacesIn(entities: readonly EntityId[]): string[] {
  const names = entities.flatMap((entity) => {
    const { kind, namespace, name } = entityParts(entity);
    return kind === "namespace" ? [name] : namespace === "" ? [] : [namespace];
  });
  return [...new Set(names)].sort(byCodeUnit);
}

/** The pods of one node, for what runs on it. */
async function readNode(estate: Estate, asking: Asking, name: string): Promise<Read> {
  const listed = await estate.reader.list({ path: "/api/v1/pods", fieldSelector: `spec.nodeName=${name}` });
  asking.asked.push(...listed.asked);
  const complete = !listed.more;
  return {
    items: new Map([["pod", listed.items]]),
    coverage: { complete, missing_share: 0, by_kind: { pod: "answered" }, ...(complete ? {} : { truncated_by: "rows" }) },
  };
}

function neighbourhood(edges: readonly Edge[], of: readonly EntityId[], depth: number): ReadonlySet<EntityId> {
  const near = new Set(of);
  for (let hop = 0; hop < depth; hop++) {
    const reached = edges.flatMap((edge) => (near.has(edge.from) ? [edge.to] : near.has(edge.to) ? [edge.from] : []));
    for (const entity of reached) near.add(entity);
  }
  return near;
}

function coverageOf(reads: readonly Read[], asked: number, to: string): Coverage {
  const byKind: Record<string, "answered" | "denied"> = {};
  for (const { coverage } of reads) {
    for (const [kind, said] of Object.entries(coverage.by_kind ?? {})) byKind[kind] = byKind[kind] === "denied" ? "denied" : said;
  }
  const missing = asked === 0 ? 0 : 1 - reads.reduce((sum, { coverage }) => sum + 1 - coverage.missing_share, 0) / asked;
  const truncated = reads.some(({ coverage }) => coverage.truncated_by !== undefined);
  return {
    from: null,
    to,
    complete: missing === 0 && reads.every(({ coverage }) => coverage.complete),
    missing_share: missing,
    ...(truncated ? { truncated_by: "rows" } : {}),
    by_kind: byKind,
  };
}

/** What the cluster itself tells about the asked things and what lies around them, as it is now. */
export async function readClusterTopology(estate: Estate, asking: Asking, question: QuestionOf<"topology">): Promise<Found> {
  const namespaces = namespacesIn(question.of).slice(0, namespacesMax);
  const nodes = [
    ...new Set(
      question.of
        .map(entityParts)
        .filter(({ kind }) => kind === "node")
        .map(({ name }) => name),
    ),
  ].slice(0, namespacesMax);
  const work = [
    ...namespaces.map((namespace) => readKinds(estate.reader, asking, { kinds, place: { namespace } })),
    ...nodes.map((name) => readNode(estate, asking, name)),
  ];
  if (work.length === 0) throw new SourceFailure("unknown_signal", "nothing that was asked about stands in a namespace or is a node");
  const outcomes = await Promise.allSettled(work);
  const reads = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure && reads.length === 0) throw failure.reason;
  const lists = { cluster: estate.cluster, of: (kind: string) => reads.flatMap((read) => read.items.get(kind) ?? []) };
  const edges = edgesOf(lists);
  const near = neighbourhood(
    edges,
    question.of.filter((id) => entityParts(id).kind !== "namespace").length > 0
      ? question.of
      : edges.flatMap((edge) => [edge.from, edge.to]),
    question.depth,
  );
  const kept = edges.filter((edge) => near.has(edge.from) && near.has(edge.to));
  const entities = [...new Set(kept.flatMap((edge) => [edge.from, edge.to]))].sort(byCodeUnit);
  const aliases = aliasesOf(lists).filter((alias) => near.has(alias.entity));
  return {
    data: { about: "topology", entities, edges: kept, aliases },
    coverage: coverageOf(reads, work.length, new Date(estate.nowMs).toISOString()),
  };
}
