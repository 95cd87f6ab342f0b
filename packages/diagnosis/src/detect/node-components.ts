import type { EntityId, Finding } from "@sre/contracts/evidence";
import { entityId } from "@sre/contracts/evidence";
import { isNode, kindOf, nameOf, partsOf } from "../entities.ts";
import { conditionOf, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { brief } from "../messages/words.ts";
import { checksOf, type SeenCheck } from "../seen/checks.ts";
import type { Seen } from "../seen/seen.ts";
import { nodeOfPod } from "./evictions.ts";
import { byEntity, citesOf, eventsOf, inWindow } from "./pods.ts";

/*
 * The parts of Kubernetes on a node. Sources: Kubernetes "Nodes" (Ready=Unknown: the node controller heard nothing from the kubelet;
 * Ready=False with a message of the container runtime: the kubelet lives and its runtime does not), messages of kubelet's CRI client
 * when it creates a sandbox, and kube-proxy's part in reaching Services from a node.
 */

const components: readonly (readonly [RegExp, FindingKind])[] = [
  [/^(containerd|crio|cri-o|docker|dockerd|cri-dockerd)$/, "container_runtime_down"],
  [/^kubelet$/, "kubelet_down"],
  [/^kube-proxy$/, "kube_proxy_down"],
  [/^kube-scheduler$/, "scheduler_down"],
];

/** The node that a part of Kubernetes runs on. */
export const nodeOfComponent = (component: EntityId): EntityId =>
  entityId({ ...partsOf(component), namespace: "", kind: "node", name: nameOf(component).split(":")[0] ?? "" });

function stopped(seen: Seen, check: SeenCheck): Finding[] {
  if (kindOf(check.to) !== "component" || check.outcome === "ok") return [];
  const what = components.find(([name]) => name.test(nameOf(check.to).split(":")[1] ?? ""))?.[1];
  if (what === undefined) return [];
  const from = check.since !== undefined && inWindow(seen, check.since) ? { from: check.since } : {};
  const values = { detail: brief(check.code ?? check.detail) };
  return [
    finding({
      what,
      entity: nodeOfComponent(check.to),
      ...from,
      strength: 0.98,
      evidence: [check.cite],
      values,
      now: seen.now.has(check.cite.id),
    }),
  ];
}

const aboutRuntime = (text: string) => /container runtime|PLEG is not healthy|CRI|runtime network not ready/i.test(text);
const silent = (reason: string, message: string) => reason === "NodeStatusUnknown" || /stopped posting node status/i.test(message);

function fromConditions(seen: Seen): Finding[] {
  return seen.objects.flatMap((node) => {
    if (!isNode(node.entity) || node.view !== "live") return [];
    const ready = conditionOf(node.status, "Ready");
    const [status, reason, message] = [textAt(ready, "status"), textAt(ready, "reason"), textAt(ready, "message")];
    const what: FindingKind | null =
      status === "Unknown" || (status !== "True" && silent(reason, message))
        ? "kubelet_down"
        : status === "False" && aboutRuntime(message)
          ? "container_runtime_down"
          : null;
    if (what === null) return [];
    const since = textAt(ready, "lastTransitionTime");
    const old = since !== "" && !inWindow(seen, since);
    const from = since === "" || old ? {} : { from: since };
    const values = { detail: brief(message || reason || status), ...(old ? { since } : {}) };
    return [
      finding({ what, entity: node.entity, ...from, strength: 0.95, evidence: [node.cite], values, now: seen.now.has(node.cite.id) }),
    ];
  });
}

// The kubelet cannot reach its runtime's socket. That an image or a network plugin fails is something else.
const noSocket = (message: string) =>
  /\.sock\b.{0,40}(no such file|connection refused|connect:)|container runtime is down|runtime service failed/i.test(message);

function fromSandboxes(seen: Seen): Finding[] {
  const events = eventsOf(seen, ["FailedCreatePodSandBox", "FailedKillPod", "SandboxChanged"]).filter(({ message }) => noSocket(message));
  return byEntity(events).flatMap(({ entity, events: group, first, last }) => {
    const node = nodeOfPod(seen, entity);
    if (node === null) return [];
    const values = { detail: brief(last.message) };
    return [
      finding({
        what: "container_runtime_down",
        entity: node,
        from: first.first_at,
        strength: 0.9,
        evidence: citesOf(group),
        values,
        now: seen.now.has(first.cite.id),
      }),
    ];
  });
}

const servicesMin = 3;

/** Nodes from which services cannot be reached that can be reached from others. */
function fromConnections(checks: readonly SeenCheck[]): Finding[] {
  const tried = checks.filter(({ from, to }) => from !== null && isNode(from) && kindOf(to) === "service");
  const reachable = new Map<EntityId, Set<EntityId>>();
  for (const { from, to, outcome } of tried)
    if (outcome === "ok" && from !== null) reachable.set(to, (reachable.get(to) ?? new Set()).add(from));
  return [...Map.groupBy(tried, ({ from }) => from ?? "")].flatMap(([node, own]) => {
    const failed = own.filter(({ to, outcome }) => outcome !== "ok" && (reachable.get(to)?.size ?? 0) > 0);
    if (failed.length < servicesMin || failed.length < own.length / 2) return [];
    const values = { failed: failed.length, tried: own.length };
    return [
      finding({
        what: "services_unreachable_from_node",
        entity: node,
        strength: 0.9,
        evidence: failed.slice(0, 3).map(({ cite }) => cite),
        values,
      }),
    ];
  });
}

/** Container runtimes, kubelets, proxies and schedulers that do not do their work. */
export function detectNodeComponents(seen: Seen): Finding[] {
  const checks = checksOf(seen);
  return [...checks.flatMap((check) => stopped(seen, check)), ...fromConditions(seen), ...fromSandboxes(seen), ...fromConnections(checks)];
}
