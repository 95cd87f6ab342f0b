import { present, type Fields } from "../fields.ts";
import { ageSeconds, before, zonedInstant } from "../time.ts";
import type { Instant } from "@sre/contracts/evidence";
import { containerStatusOf } from "./container.ts";
import { belowOf, pairsOf, textsOf, valueOf, type Line } from "./outline.ts";
import { conditionsOf, podSpecOf, templateOf } from "./pod-template.ts";

/** Name, namespace, labels, creation and owner of anything. */
export function metadataOf(lines: readonly Line[]): Fields {
  const [ownerKind, ownerName] = valueOf(lines, "Controlled By").split("/");
  const created = zonedInstant(valueOf(lines, "CreationTimestamp") || valueOf(lines, "Created on"));
  return present({
    name: valueOf(lines, "Name"),
    namespace: valueOf(lines, "Namespace") || undefined,
    labels: pairsOf(textsOf(lines, "Labels")),
    creationTimestamp: created ?? undefined,
    ownerReferences: ownerName === undefined ? undefined : [{ kind: ownerKind, name: ownerName, controller: true }],
  });
}

/** A pod. */
export function podOf(lines: readonly Line[], collectedAt: Instant): Fields {
  const node = valueOf(lines, "Node").split("/")[0] ?? "";
  const status = valueOf(lines, "Status");
  const leaving = /^Terminating \(lasts (\S+)\)$/.exec(status);
  const leavingFor = leaving ? ageSeconds(leaving[1] ?? "") : null;
  const statuses = (key: string) => belowOf(lines, key).flatMap((line) => containerStatusOf(line) ?? []);
  const metadata = present({
    ...metadataOf(lines),
    deletionTimestamp: leavingFor === null ? undefined : before(collectedAt, leavingFor),
  });
  return {
    kind: "Pod",
    metadata,
    spec: present({ ...podSpecOf(lines), nodeName: node === "" || node === "<none>" ? undefined : node }),
    status: present({
      phase: leaving ? undefined : status,
      reason: valueOf(lines, "Reason") || undefined,
      message: valueOf(lines, "Message") || undefined,
      podIP: valueOf(lines, "IP") || undefined,
      startTime: zonedInstant(valueOf(lines, "Start Time")) ?? undefined,
      conditions: conditionsOf(lines),
      initContainerStatuses: statuses("Init Containers"),
      containerStatuses: statuses("Containers"),
    }),
  };
}

function counts(text: string): Record<string, number> {
  return Object.fromEntries(
    [...text.matchAll(/(\d+) (desired|updated|total|available|unavailable|current)/g)].map(
      ([, n, name = ""]) => [name, Number(n)] as const,
    ),
  );
}

function readyOf(lines: readonly Line[]): number | undefined {
  const found = /^(\d+) Running/.exec(valueOf(lines, "Pods Status"));
  return found ? Number(found[1]) : undefined;
}

/** A Deployment, ReplicaSet, StatefulSet or DaemonSet. */
export function workloadOf(kind: string, lines: readonly Line[]): Fields {
  const shown = counts(valueOf(lines, "Replicas"));
  const desired = shown["desired"] ?? (Number(valueOf(lines, "Desired Number of Nodes Scheduled")) || undefined);
  const daemons = {
    desiredNumberScheduled: desired,
    currentNumberScheduled: Number(valueOf(lines, "Current Number of Nodes Scheduled") || 0),
  };
  const replicas = present({
    replicas: shown["total"] ?? shown["current"],
    updatedReplicas: shown["updated"],
    availableReplicas: shown["available"],
    unavailableReplicas: shown["unavailable"],
    // A running pod need not be ready: only a Deployment says how many are available.
    runningReplicas: readyOf(lines),
  });
  return {
    kind,
    metadata: metadataOf(lines),
    spec: present({
      replicas: kind === "DaemonSet" ? undefined : desired,
      selector: { matchLabels: pairsOf(textsOf(lines, "Selector")) },
      strategy: kind === "Deployment" ? { type: valueOf(lines, "StrategyType") } : undefined,
      template: templateOf(lines),
    }),
    status: { ...(kind === "DaemonSet" ? present(daemons) : replicas), conditions: conditionsOf(lines) },
  };
}
