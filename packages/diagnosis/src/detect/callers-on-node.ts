import type { EntityId, Finding } from "@sre/contracts/evidence";
import { byCodeUnit } from "@sre/contracts/canonical";
import { isWorkload, kindOf, nameOf } from "../entities.ts";
import { numberAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import { checksOf } from "../seen/checks.ts";
import type { Seen, SeenLogs } from "../seen/seen.ts";
import { ms } from "../time.ts";

/*
 * Callers that reach nothing although what they call is there: when all of them run on one node and fail towards several services,
 * the node's own way to Services (kube-proxy, its firewall rules) is the common cause.
 */

const unreachable = /(i\/o timeout|timed? ?out|no route to host|connection refused|no such host)/i;
const target =
  /dial tcp:? (?:lookup )?([\w.<*>-]{1,200}(?::\d{1,5})?)|connect(?:ing)? to ([\w.-]{1,200}(?::\d{1,5})?)|\blookup ([\w.-]{1,200}) on/gi;

/** The different places that a text says cannot be reached. */
function targetsIn(text: string): string[] {
  return [...text.matchAll(target)].map((match) => match[3] ?? match[1] ?? match[2] ?? "").filter((one) => one !== "");
}

function failedTargets(seen: Seen, { data }: SeenLogs): Set<string> {
  const from = ms(seen.scope.window.from);
  const recent = data.patterns.filter(
    (pattern) => ms(pattern.last_at) >= from && ["error", "fatal", "warn", "unknown"].includes(pattern.level),
  );
  const failing = recent.map(({ template, samples }) => [template, ...samples].join("\n")).filter((text) => unreachable.test(text));
  return new Set(failing.flatMap(targetsIn));
}

// Where pods are missing, or a test connection fails from everywhere, what cannot be reached may simply not be there.
function somethingLacks(seen: Seen): boolean {
  const tried = Map.groupBy(checksOf(seen).filter(({ to }) => kindOf(to) === "service"), ({ to }) => to); // prettier-ignore
  if ([...tried.values()].some((all) => all.every(({ outcome }) => outcome !== "ok"))) return true;
  return seen.objects.some(({ view, entity, spec, status }) => {
    const [wanted, ready] = [numberAt(spec, "replicas"), numberAt(status, "availableReplicas") ?? numberAt(status, "readyReplicas") ?? 0];
    return view === "live" && isWorkload(entity) && kindOf(entity) !== "replicaset" && wanted !== null && ready < wanted;
  });
}

// One caller may name one callee in two ways, by its address and by its name.
const targetsMin = { one: 3, several: 2 } as const;
const nodesMin = 2;

/** The node on which all callers run that cannot reach what they call; nothing when callers elsewhere cannot either. */
export function detectCallersOnNode(seen: Seen): Finding[] {
  const { graph } = seen;
  const callers = seen.logs.flatMap((logs) => {
    const targets = failedTargets(seen, logs);
    return targets.size === 0 ? [] : [{ logs, targets, nodes: graph.nodesOf(graph.component(logs.of)) }];
  });
  const nodes = [...new Set(callers.flatMap((caller) => caller.nodes))];
  const all = new Set(graph.entities.flatMap((entity) => graph.nodesOf(graph.component(entity))));
  const [node] = nodes;
  const places = new Set(callers.flatMap(({ targets }) => [...targets]));
  if (
    node === undefined ||
    nodes.length > 1 ||
    all.size < nodesMin ||
    places.size < (callers.length > 1 ? targetsMin.several : targetsMin.one) ||
    somethingLacks(seen)
  )
    return [];
  const names = callers.map(({ logs }) => nameOf(logs.of)).sort(byCodeUnit);
  const evidence = callers.slice(0, 3).map(({ logs }) => ({ id: logs.id, part: logs.of as EntityId }));
  const values = { callers: brief(names.join(", ")), targets: places.size };
  const strength = Math.min(0.8, 0.4 + places.size / 10);
  return [finding({ what: "callers_on_node_fail", entity: node, strength, evidence, values })];
}
