import { present, type Fields } from "../fields.ts";
import { containerOf } from "./container.ts";
import { belowOf, lineOf, pairsOf, rowsOf, textsOf, valueOf, type Line } from "./outline.ts";

function volumeOf({ key: name, below }: Line): Fields {
  const [type, optional] = [valueOf(below, "Type").split(" ")[0] ?? "", valueOf(below, "Optional") === "true"];
  switch (type) {
    case "ConfigMap":
      return { name, configMap: { name: valueOf(below, "Name"), optional } };
    case "Secret":
      return { name, secret: { secretName: valueOf(below, "SecretName"), optional } };
    case "PersistentVolumeClaim":
      return { name, persistentVolumeClaim: { claimName: valueOf(below, "ClaimName") } };
    case "HostPath":
      return { name, hostPath: { path: valueOf(below, "Path"), type: valueOf(below, "HostPathType") } };
    case "EmptyDir":
      return { name, emptyDir: {} };
    default:
      return { name, [type.charAt(0).toLowerCase() + type.slice(1)]: {} };
  }
}

function toleration(text: string): Fields {
  const found = /^([^:\s]*)(?::(\w+))?(?: op=(\w+))?(?: for (\d+)s)?$/.exec(text);
  if (!found) return { shown: text };
  const [key = "", value] = (found[1] ?? "").split("=");
  return present({
    key,
    value,
    effect: found[2],
    operator: found[3] ?? (value === undefined ? undefined : "Equal"),
    tolerationSeconds: found[4] === undefined ? undefined : Number(found[4]),
  });
}

/** The pod spec of a pod or a template, from its lines; what describe leaves out (affinity, security) is absent. */
export function podSpecOf(lines: readonly Line[]): Fields {
  const init = belowOf(lines, "Init Containers");
  const selector = pairsOf(textsOf(lines, "Node-Selectors"));
  return present({
    serviceAccountName: valueOf(lines, "Service Account") || undefined,
    initContainers: init.length > 0 ? init.map(containerOf) : undefined,
    containers: belowOf(lines, "Containers").map(containerOf),
    volumes: belowOf(lines, "Volumes").map(volumeOf),
    nodeSelector: Object.keys(selector).length > 0 ? selector : undefined,
    tolerations: textsOf(lines, "Tolerations").map(toleration),
  });
}

/** The template of a workload. */
export function templateOf(lines: readonly Line[]): Fields {
  const below = belowOf(lines, "Pod Template");
  return { metadata: { labels: pairsOf(textsOf(below, "Labels")) }, spec: podSpecOf(below) };
}

/** Conditions as far as describe prints them: type and status, for workloads also the reason. */
export function conditionsOf(lines: readonly Line[]): Fields[] {
  const [head, ...rows] = rowsOf(lineOf(lines, "Conditions")?.below ?? []);
  if (head === undefined) return [];
  return rows.map(([type, status, reason]) => present({ type, status, reason }));
}
