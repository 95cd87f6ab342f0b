import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import { edgeId, type Alias, type Edge, type EdgeKind, type EntityId } from "@sre/contracts/evidence";
import { fieldsAt, instantAt, listAt, textAt, textsAt, type Fields } from "./fields.ts";
import { idOf, known, ownerOf } from "./kinds.ts";
import { hostsNamedBy, needsOf, podSpecOf, selects, templateLabelsOf } from "./pod-template.ts";

export interface Lists {
  readonly cluster: string;
  readonly of: (kind: string) => readonly Fields[];
}

const workloadKinds = ["deployment", "statefulset", "daemonset", "job", "cronjob"] as const;

const namespaceOf = (object: Fields): string => textAt(object, "metadata", "namespace");
const nameOf = (object: Fields): string => textAt(object, "metadata", "name");

interface Workload {
  readonly id: EntityId;
  readonly object: Fields;
}

function idIn({ cluster }: Lists, apiKind: string, object: Fields): EntityId {
  return idOf(cluster, { apiKind, namespace: namespaceOf(object), name: nameOf(object) });
}

const workloadsOf = (lists: Lists): Workload[] =>
  workloadKinds.flatMap((kind) => lists.of(kind).map((object) => ({ id: idIn(lists, known(kind).apiKind, object), object })));

function edge(from: EntityId, kind: EdgeKind, rest: { to: EntityId; origin: string; match?: string }): Edge {
  return { from, to: rest.to, kind, ...(rest.match ? { match: rest.match.slice(0, 500) } : {}), origin: rest.origin };
}

function ownerEdges(lists: Lists): Edge[] {
  const owned = [...lists.of("pod").map((pod) => ({ id: idIn(lists, "Pod", pod), object: pod })), ...workloadsOf(lists)];
  return owned.flatMap(({ id, object }) => {
    const owner = ownerOf(lists.cluster, object);
    return owner === null ? [] : [edge(owner, "owns", { to: id, origin: "owner_reference" })];
  });
}

function nodeEdges(lists: Lists): Edge[] {
  return lists.of("pod").flatMap((pod) => {
    const name = textAt(pod, "spec", "nodeName");
    return name === ""
      ? []
      : [
          edge(idIn(lists, "Pod", pod), "runs_on", {
            to: idOf(lists.cluster, { apiKind: "Node", namespace: "", name }),
            origin: "scheduler",
          }),
        ];
  });
}

/** A Service selects workloads by their template; pods only where no workload stands behind them. */
function selectorEdges(lists: Lists, workloads: readonly Workload[]): Edge[] {
  const running = workloads.filter(({ object }) => Object.keys(templateLabelsOf(object)).length > 0);
  return lists.of("service").flatMap((service) => {
    const [from, selector, namespace] = [idIn(lists, "Service", service), textsAt(service, "spec", "selector"), namespaceOf(service)];
    const chosen = running.filter(({ object }) => namespaceOf(object) === namespace && selects(selector, templateLabelsOf(object)));
    const ids = new Set(chosen.map(({ id }) => id));
    const pods = lists.of("pod").filter((pod) => namespaceOf(pod) === namespace && selects(selector, textsAt(pod, "metadata", "labels")));
    const alone = pods.filter((pod) => !ids.has(ownerOf(lists.cluster, pod) ?? ""));
    return [...ids, ...alone.map((pod) => idIn(lists, "Pod", pod))].map((to) => edge(from, "selects", { to, origin: "selector" }));
  });
}

/** Services without a selector say by their EndpointSlices where they lead. */
function endpointEdges(lists: Lists): Edge[] {
  const selecting = new Set(
    lists
      .of("service")
      .filter((service) => Object.keys(fieldsAt(service, "spec", "selector")).length > 0)
      .map((service) => idIn(lists, "Service", service)),
  );
  return lists.of("endpoints").flatMap((slice) => {
    const name = textAt(slice, "metadata", "labels", "kubernetes.io/service-name");
    const from = idOf(lists.cluster, { apiKind: "Service", namespace: namespaceOf(slice), name });
    if (name === "" || selecting.has(from)) return [];
    const targets = listAt(slice, "endpoints")
      .map((endpoint) => fieldsAt(endpoint, "targetRef"))
      .filter((target) => textAt(target, "kind") === "Pod");
    return targets.map((target) =>
      edge(from, "selects", {
        to: idOf(lists.cluster, { apiKind: "Pod", namespace: namespaceOf(slice), name: textAt(target, "name") }),
        origin: "endpoints",
      }),
    );
  });
}

function ingressEdges(lists: Lists): Edge[] {
  return lists.of("ingress").flatMap((ingress) => {
    const from = idIn(lists, "Ingress", ingress);
    const paths = listAt(ingress, "spec", "rules").flatMap((rule) =>
      listAt(rule, "http", "paths").map((path) => ({ path, match: `${textAt(rule, "host")}${textAt(path, "path") || "/"}` })),
    );
    const all = [{ path: { backend: fieldsAt(ingress, "spec", "defaultBackend") }, match: "" }, ...paths];
    return all.flatMap(({ path, match }) => {
      const name = textAt(path, "backend", "service", "name");
      return name === ""
        ? []
        : [
            edge(from, "routes", {
              to: idOf(lists.cluster, { apiKind: "Service", namespace: namespaceOf(ingress), name }),
              origin: "ingress",
              match,
            }),
          ];
    });
  });
}

/** What workloads mount, and pods that have none behind them. */
function needEdges(lists: Lists, workloads: readonly Workload[]): Edge[] {
  const alone = lists
    .of("pod")
    .filter((pod) => ownerOf(lists.cluster, pod) === null)
    .map((object) => ({ id: idIn(lists, "Pod", object), object }));
  return [...workloads, ...alone].flatMap(({ id, object }) =>
    needsOf(podSpecOf(object))
      .filter((need) => need.apiKind !== "Node")
      .map((need) => {
        const to = idOf(lists.cluster, { apiKind: need.apiKind, namespace: namespaceOf(object), name: need.name });
        return edge(id, need.path.startsWith("volumes") ? "mounts" : "uses", { to, origin: "pod_template" });
      }),
  );
}

/** Services that a workload's environment points to, by the names that the cluster's DNS gives them. */
function environmentEdges(lists: Lists, workloads: readonly Workload[]): Edge[] {
  const services = new Map<string, EntityId>();
  for (const service of lists.of("service")) {
    const [name, namespace, id] = [nameOf(service), namespaceOf(service), idIn(lists, "Service", service)];
    for (const host of hostNames(name, namespace)) services.set(host, id);
    services.set(`${namespace}/${name}`, id);
  }
  return workloads.flatMap(({ id, object }) =>
    hostsNamedBy(podSpecOf(object)).flatMap((host) => {
      const to = services.get(host) ?? services.get(`${namespaceOf(object)}/${host}`);
      return to === undefined ? [] : [edge(id, "calls", { to, origin: "environment" })];
    }),
  );
}

const hostNames = (name: string, namespace: string): string[] => [
  `${name}.${namespace}`,
  `${name}.${namespace}.svc`,
  `${name}.${namespace}.svc.cluster.local`,
];

/** Every edge that the lists tell of, each once, in canonical order. */
export function edgesOf(lists: Lists): Edge[] {
  const workloads = workloadsOf(lists);
  const all = [
    ...ownerEdges(lists), ...nodeEdges(lists), ...selectorEdges(lists, workloads), ...endpointEdges(lists), ...ingressEdges(lists), ...needEdges(lists, workloads), ...environmentEdges(lists, workloads),
  ]; // prettier-ignore
  const distinct = new Map(all.map((one) => [`${edgeId(one)} ${one.match ?? ""}`, one]));
  return [...distinct].sort(([a], [b]) => byCodeUnit(a, b)).map(([, one]) => one);
}

/** Addresses and names of services and pods; a pod has its address only since it started. */
export function aliasesOf(lists: Lists): Alias[] {
  const services = lists.of("service").flatMap((service) => {
    const [entity, address] = [idIn(lists, "Service", service), textAt(service, "spec", "clusterIP")];
    const names = [...hostNames(nameOf(service), namespaceOf(service)), ...(address === "" || address === "None" ? [] : [address])];
    return names.map((name): Alias => ({ name, entity, view: "same", origin: "service" }));
  });
  const pods = lists.of("pod").flatMap((pod): Alias[] => {
    const [name, from] = [textAt(pod, "status", "podIP"), instantAt(pod, "status", "startTime")];
    const finished = ["Succeeded", "Failed"].includes(textAt(pod, "status", "phase"));
    if (name === "" || finished || pod["hostNetwork"] === true || fieldsAt(pod, "spec")["hostNetwork"] === true) return [];
    return [{ name, entity: idIn(lists, "Pod", pod), view: "same", ...(from === null ? {} : { from }), origin: "pod" }];
  });
  return [...services, ...pods].sort((a, b) => byCodeUnit(canonicalJson(a), canonicalJson(b)));
}
