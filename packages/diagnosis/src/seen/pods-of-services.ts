import type { ClusterObject } from "@sre/contracts/evidence";
import { isWorkload, kindOf, namespaceOf } from "../entities.ts";
import { listAt, textAt } from "../fields.ts";
import type { Cited, Seen } from "./seen.ts";
import { isService, selects, textsAt } from "./selector-links.ts";

export type SeenObject = Cited<ClusterObject>;
type Labels = Readonly<Record<string, string>>;

/** Live workloads and the pods that nothing owns, each with the labels and the spec of its pods. */
export interface PodMaker {
  readonly object: SeenObject;
  readonly labels: Labels;
  readonly spec: unknown;
}

const makers: ReadonlySet<string> = new Set(["deployment", "statefulset", "daemonset", "job"]);

/** What makes pods, from the live objects. */
export function podMakers(seen: Seen): PodMaker[] {
  return seen.objects.flatMap((object): PodMaker[] => {
    if (object.view !== "live") return [];
    const kind = kindOf(object.entity);
    if (makers.has(kind)) {
      const template = { labels: textsAt(object.spec, "template", "metadata", "labels"), spec: podSpecOf(object) };
      return [{ object, ...template }];
    }
    return kind === "pod" ? [{ object, labels: object.labels, spec: object.spec }] : [];
  });
}

/** The spec of the pods that a workload makes. */
export function podSpecOf(object: SeenObject): unknown {
  const template = object.spec["template"];
  return typeof template === "object" && template !== null ? (template as Record<string, unknown>)["spec"] : undefined;
}

export interface Served {
  readonly service: SeenObject;
  readonly selector: Labels;
  readonly selected: readonly PodMaker[];
  /** What makes pods in the same namespace. */
  readonly around: readonly PodMaker[];
}

const known = new WeakMap<Seen, readonly Served[]>();

/** Every live Service that selects pods, with what it selects. */
export function servedBy(seen: Seen): readonly Served[] {
  const served = known.get(seen) ?? serve(seen);
  known.set(seen, served);
  return served;
}

function serve(seen: Seen): Served[] {
  const all = Map.groupBy(podMakers(seen), ({ object }) => namespaceOf(object.entity) ?? "");
  return seen.objects.flatMap((service): Served[] => {
    if (service.view !== "live" || !isService(kindOf(service.entity)) || textAt(service.spec, "type") === "ExternalName") return [];
    const selector = textsAt(service.spec, "selector");
    if (Object.keys(selector).length === 0) return [];
    const around = all.get(namespaceOf(service.entity) ?? "") ?? [];
    return [{ service, selector, around, selected: around.filter(({ labels }) => selects(selector, labels)) }];
  });
}

/** The ports that containers say they listen on. */
export function containerPorts(spec: unknown): { readonly number: number; readonly name: string; readonly protocol: string }[] {
  return listAt(spec, "containers").flatMap((container) =>
    listAt(container, "ports").flatMap((port) => {
      const number = port["containerPort"];
      return typeof number === "number" ? [{ number, name: textAt(port, "name"), protocol: textAt(port, "protocol") || "TCP" }] : [];
    }),
  );
}

/** Whether a workload is a long-running one. */
export const isServing = ({ object }: PodMaker): boolean => isWorkload(object.entity) && kindOf(object.entity) !== "job";
