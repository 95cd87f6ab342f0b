import type { EntityId, Finding } from "@sre/contracts/evidence";
import { byCodeUnit } from "@sre/contracts/canonical";
import { isWorkload, nameOf } from "../entities.ts";
import { textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import { podMakers, type PodMaker } from "../seen/pods-of-services.ts";
import type { Seen } from "../seen/seen.ts";

/*
 * Who cannot resolve names, one workload or all of them. Rule of Kubernetes "DNS for Services and Pods": with dnsPolicy None only the
 * name servers of dnsConfig are asked, and these know nothing of Services unless one of them is the cluster's own.
 */

function ownServers({ spec }: PodMaker): readonly string[] {
  if (textAt(spec, "dnsPolicy") !== "None") return [];
  const config = (spec as Readonly<Record<string, unknown>>)["dnsConfig"];
  const servers = typeof config === "object" && config !== null ? (config as Readonly<Record<string, unknown>>)["nameservers"] : undefined;
  return Array.isArray(servers) ? servers.filter((one): one is string => typeof one === "string").sort(byCodeUnit) : [];
}

/** Workloads with name servers of their own. */
export function detectNameServers(seen: Seen): Finding[] {
  const workloads = podMakers(seen).filter(({ object }) => isWorkload(object.entity));
  const settings = workloads.map((maker) => ({ maker, servers: ownServers(maker) }));
  const uses = (servers: readonly string[]) => settings.filter((other) => other.servers.join() === servers.join()).length;
  return settings.flatMap(({ maker, servers }) => {
    // What most of them do is how this place is run.
    if (servers.length === 0 || uses(servers) > Math.max(1, workloads.length / 3)) return [];
    const { object } = maker;
    const values = { servers: brief(servers.join(", ")) };
    return [
      finding({
        what: "own_name_servers",
        entity: object.entity,
        strength: 0.92,
        evidence: [object.cite],
        values,
        now: seen.now.has(object.cite.id),
      }),
    ];
  });
}

const everywhere = 4;
const unresolved: ReadonlySet<string> = new Set(["log_resolver_failing", "log_name_unresolved"]);

/** That names are resolved nowhere, given what was found in logs. */
export function clusterNames(seen: Seen, found: readonly Finding[]): Finding[] {
  const { graph } = seen;
  const own = new Set(found.filter(({ what }) => what === "own_name_servers").map(({ entity }) => graph.component(entity)));
  const saying = found.filter(({ what, entity }) => unresolved.has(what) && !own.has(graph.component(entity)));
  const components = [...new Set(saying.map(({ entity }) => graph.component(entity)))].sort(byCodeUnit);
  const nodes = new Set(components.flatMap((component) => graph.nodesOf(component)));
  const home = nameService(seen);
  if (components.length < everywhere || nodes.size < 2 || home === null) return [];
  const values = { count: components.length, names: brief(components.map(nameOf).join(", ")) };
  return [
    finding({
      what: "cluster_names_unresolved",
      entity: home,
      strength: 0.8,
      evidence: saying.slice(0, 3).flatMap(({ evidence }) => evidence),
      values,
    }),
  ];
}

// The label that Kubernetes gives the pods of its name service, whatever serves it.
function nameService(seen: Seen): EntityId | null {
  const labelled = seen.objects.find(({ labels, view }) => view === "live" && labels["k8s-app"] === "kube-dns");
  return labelled === undefined ? null : seen.graph.topOwner(labelled.entity);
}
