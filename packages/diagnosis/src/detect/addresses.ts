import type { EntityId, Finding, ClusterObject } from "@sre/contracts/evidence";
import { isWorkload, kindOf, nameOf, namespaceOf } from "../entities.ts";
import { finding } from "../finding.ts";
import { spoken } from "../messages/words.ts";
import type { Cited, Seen } from "../seen/seen.ts";
import { isService } from "../seen/selector-links.ts";

/*
 * Settings that point to a Service which is not there, or to a port that it does not offer. The source compares them with the
 * Services of the namespace (`refs`) and stores no value. An address that nobody uses may dangle for ever: it counts only where
 * the log of the one who has it names it, or where another view of the same setting says otherwise.
 */

type Ref = ClusterObject["refs"][number];
type SeenObject = Cited<ClusterObject>;

interface Use {
  readonly workload: SeenObject;
  readonly holder: SeenObject;
  readonly ref: Ref;
}

const holders: ReadonlySet<string> = new Set(["secret", "config"]);

// A gateway's table of routes holds addresses that it only passes on.
const isOwn = ({ path }: Ref): boolean => !/\.routes\[/.test(path);

function usesOf(seen: Seen): Use[] {
  const live = seen.objects.filter(({ view }) => view === "live");
  const settings = new Map(live.filter(({ entity }) => holders.has(kindOf(entity))).map((object) => [object.entity, object]));
  return live
    .filter(({ entity }) => isWorkload(entity) && kindOf(entity) !== "replicaset")
    .flatMap((workload) => {
      const held = [...new Set(workload.refs.map(({ to }) => to))].flatMap((to) => settings.get(to) ?? []);
      return [workload, ...held].flatMap((holder) =>
        holder.refs.filter((ref) => isService(kindOf(ref.to)) && isOwn(ref)).map((ref) => ({ workload, holder, ref })),
      );
    });
}

function namedInLog(seen: Seen, workload: EntityId, name: string): boolean {
  const component = seen.graph.component(workload);
  const word = new RegExp(String.raw`(^|[^\w.-])${name.replaceAll(/[^\w-]/g, String.raw`\$&`)}($|[^\w-])`);
  return seen.logs.some(
    ({ of, data }) =>
      seen.graph.component(of) === component &&
      data.patterns.some(({ template, samples }) => [template, ...samples].some((text) => word.test(text))),
  );
}

function declaredOtherwise(seen: Seen, { holder, ref }: Use): boolean {
  const declared = seen.objects.find(({ entity, view }) => entity === holder.entity && view === "declared");
  const same = declared?.refs.find(({ path }) => path === ref.path);
  return same !== undefined && (same.to !== ref.to || same.port_offered === true);
}

function calleesOf(seen: Seen, component: EntityId): EntityId[] {
  const edges = seen.answers.flatMap((answer) => (answer.kind === "answered" && answer.data.about === "topology" ? answer.data.edges : []));
  const own = edges.filter(({ from, kind }) => kind === "calls" && seen.graph.component(from) === component);
  return [...new Set(own.map(({ to }) => seen.graph.component(to)))];
}

// It is known to call something that it has no address of, while it has those of others.
function calledWithout(seen: Seen, { workload }: Use): boolean {
  const { graph } = seen;
  const own = new Set(workload.refs.map(({ to }) => graph.component(to)));
  const called = calleesOf(seen, graph.component(workload.entity));
  return called.some((callee) => own.has(callee)) && called.some((callee) => !own.has(callee));
}

// What runs, or is declared, under that name lacks its Service: then it is not the address that is wrong.
function isMeant(seen: Seen, { ref }: Use): boolean {
  const namesake = (entity: EntityId) =>
    isWorkload(entity) && nameOf(entity) === nameOf(ref.to) && namespaceOf(entity) === namespaceOf(ref.to);
  return seen.objects.some(({ entity, view }) => (view === "declared" && entity === ref.to) || namesake(entity));
}

function strengthOf(seen: Seen, use: Use): number {
  const told = [namedInLog(seen, use.workload.entity, nameOf(use.ref.to)), declaredOtherwise(seen, use), calledWithout(seen, use)].filter(
    Boolean,
  ).length;
  return [0, 0.85, 0.95, 0.98][told] ?? 0;
}

function judge(seen: Seen, use: Use): Finding[] {
  const { workload, holder, ref } = use;
  const evidence = holder === workload ? [workload.cite] : [holder.cite, workload.cite];
  const common = {
    entity: workload.entity,
    evidence,
    values: { path: ref.path },
    words: { to: spoken(ref.to) },
    now: seen.now.has(workload.cite.id),
  };
  if (ref.exists === true && ref.port_offered === false) {
    const what = holder === workload ? "address_port_unknown" : "port_not_offered";
    return [finding({ what, ...common, strength: 0.9 })];
  }
  if (ref.exists !== false || isMeant(seen, use)) return [];
  const strength = strengthOf(seen, use);
  return strength === 0 ? [] : [finding({ what: "address_unknown", ...common, strength })];
}

/** Workloads whose own settings, or those that they read, point to nothing. */
export function detectAddresses(seen: Seen): Finding[] {
  return usesOf(seen).flatMap((use) => judge(seen, use));
}
