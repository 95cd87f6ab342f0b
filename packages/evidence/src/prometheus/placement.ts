import { entityId, entityParts, type EntityId, type EntityParts } from "@sre/contracts/evidence";
import type { LabelRole } from "./convention.ts";
import { isPlainLabel, literal, oneOf, type Matcher } from "./promql.ts";

/*
 * Where an entity stands in the labels of a metric: by name in a label of its own, or inside one (job "shop/checkout",
 * instance "node-1:9100", a pod's generated name).
 */

export type RoleLabels = Readonly<Record<LabelRole, readonly string[]>>;

export interface Place {
  readonly label: string;
  /** Captures the entity's name out of the label's value; null: the value is the name. */
  readonly capture: ((names: readonly string[]) => string) | null;
  /** For "pod:container": the label of the second half. */
  readonly container: string | null;
}

// The alphabet of Kubernetes' generated names: no vowels and no digits that look like letters.
const generated = "[bcdfghjklmnpqrstvwxz2456789]";
const suffixes: Readonly<Record<string, string>> = {
  deployment: `-${generated}{1,10}-${generated}{5}`,
  statefulset: "-[0-9]+",
  daemonset: `-${generated}{5}`,
  job: `-${generated}{5}`,
};
const anySuffix = `(?:-${generated}{1,10}-${generated}{5}|-${generated}{5}|-[0-9]+)`;

const either = (names: readonly string[]) => [...new Set(names)].sort((a, b) => (a < b ? -1 : 1)).map(literal).join("|"); // prettier-ignore
const inJob = (names: readonly string[]) => `(?:[^/]+/)?(${either(names)})`;
const inInstance = (names: readonly string[]) => String.raw`(${either(names)})(?:\.[^:]+)?(?::[0-9]+)?`;
const inPod = (suffix: string) => (names: readonly string[]) => `(${either(names)})${suffix}`;

const serviceKinds = new Set(["service", "workload", "database", "queue", "external"]);
const workloadKinds = new Set(["deployment", "statefulset", "daemonset", "job"]);

function byLabels(candidates: readonly string[], present: ReadonlySet<string>): Place[] {
  return candidates
    .filter((label) => present.has(label) && isPlainLabel(label))
    .map((label) => ({
      label,
      capture: label === "job" || label === "exported_job" ? inJob : label.endsWith("instance") ? inInstance : null,
      container: null,
    }));
}

function firstOf(candidates: readonly string[], present: ReadonlySet<string>): string | null {
  return candidates.find((label) => present.has(label) && isPlainLabel(label)) ?? null;
}

/** The labels by which entities of a kind may be found in a metric, best first. */
export function placesOf(kind: string, present: ReadonlySet<string>, labels: RoleLabels): Place[] {
  const pods = (suffix: string) => byLabels(labels.pod, present).slice(0, 1).map((place) => ({ ...place, capture: inPod(suffix) })); // prettier-ignore
  const services = byLabels(labels.service, present);
  // A scrape job is a coarser name than a pod's, so it is tried last.
  const [named, jobs] = [services.filter(({ capture }) => capture === null), services.filter(({ capture }) => capture !== null)];
  if (serviceKinds.has(kind)) return [...named, ...pods(anySuffix), ...jobs];
  if (workloadKinds.has(kind)) {
    const own = byLabels(labels[kind as "deployment" | "statefulset" | "daemonset" | "job"], present);
    return [...own, ...pods(suffixes[kind] ?? anySuffix), ...named, ...jobs];
  }
  if (kind === "pod") return byLabels(labels.pod, present);
  if (kind === "node") return byLabels(labels.node, present);
  if (kind === "claim") return byLabels(labels.claim, present);
  const container = firstOf(labels.container, present);
  if (kind === "container" && container) return byLabels(labels.pod, present).map((place) => ({ ...place, container }));
  return [];
}

const namesOf = (entities: readonly EntityParts[], first: boolean) =>
  entities.map(({ kind, name }) => (kind === "container" ? (name.split(":")[first ? 0 : 1] ?? "") : name));

export interface Scoping {
  readonly namespace: string | null;
  readonly cluster: string | null;
}

/** Which labels tell namespace and cluster; a node has no namespace. */
export function scopingOf(kind: string, present: ReadonlySet<string>, labels: RoleLabels): Scoping {
  return { namespace: kind === "node" ? null : firstOf(labels.namespace, present), cluster: firstOf(labels.cluster, present) };
}

/** Matchers that select the entities, and series that do not say their cluster or namespace. */
export function matchersFor(entities: readonly EntityParts[], place: Place, scoping: Scoping): Matcher[] {
  const names = namesOf(entities, true);
  const matchers: Matcher[] = [place.capture ? { label: place.label, op: "=~", value: place.capture(names) } : oneOf(place.label, names)];
  if (place.container) matchers.push(oneOf(place.container, namesOf(entities, false)));
  const scopes = [
    [scoping.namespace, entities.map(({ namespace }) => namespace)],
    [scoping.cluster, entities.map(({ cluster }) => cluster)],
  ] as const;
  for (const [label, values] of scopes) if (label && values.every((value) => value !== "")) matchers.push(oneOf(label, values, true));
  return matchers;
}

/** The pattern that captures the names of the entities from the label of a place, or null where the value is the name. */
export function captureFor(entities: readonly EntityParts[], place: Place): string | null {
  return place.capture?.(namesOf(entities, true)) ?? null;
}

export interface Slots {
  readonly name: string;
  readonly container: string | null;
  readonly namespace: string | null;
  readonly cluster: string | null;
}

/** Finds the entity of a row by the labels that the answer was grouped by; null when it is none of them. */
export function ownerFinder(entities: readonly EntityParts[], slots: Slots): (labels: Readonly<Record<string, string>>) => EntityId | null {
  const byName = Map.groupBy(entities, ({ name }) => name);
  const fits = (mine: string, theirs: string | undefined) => mine === "" || !theirs || mine === theirs;
  return (labels) => {
    const name = slots.container ? `${labels[slots.name] ?? ""}:${labels[slots.container] ?? ""}` : (labels[slots.name] ?? "");
    const found = byName.get(name)?.find((each) => {
      const sameNamespace = slots.namespace === null || fits(each.namespace, labels[slots.namespace]);
      return sameNamespace && (slots.cluster === null || fits(each.cluster, labels[slots.cluster]));
    });
    return found ? entityId(found) : null;
  };
}

/** Whether labels speak of an entity: "yes" by name, "no" by another name, "silent" when they name nothing of its kind. */
export function speaksOf(labelsOfRow: Readonly<Record<string, string>>, id: EntityId, labels: RoleLabels): "yes" | "no" | "silent" {
  const entity = entityParts(id);
  const present = new Set(Object.keys(labelsOfRow).filter((label) => labelsOfRow[label] !== ""));
  const scoping = scopingOf(entity.kind, present, labels);
  const differs = (label: string | null, value: string) => label !== null && value !== "" && labelsOfRow[label] !== value;
  if (differs(scoping.namespace, entity.namespace) || differs(scoping.cluster, entity.cluster)) return "no";
  if (entity.kind === "namespace") return labelsOfRow[firstOf(labels.namespace, present) ?? ""] === entity.name ? "yes" : "no";
  if (entity.kind === "cluster") return "yes";
  const places = placesOf(entity.kind, present, labels);
  if (places.length === 0) return "silent";
  const says = places.some((place) => ownerMatches(labelsOfRow, entity, place));
  return says ? "yes" : "no";
}

/** Whether labels name the entity at a place. */
export function ownerMatches(row: Readonly<Record<string, string>>, entity: EntityParts, place: Place): boolean {
  const pattern = captureFor([entity], place);
  const [name] = namesOf([entity], true);
  const value = row[place.label] ?? "";
  const named = pattern === null ? value === name : new RegExp(`^(?:${pattern})$`).test(value);
  return named && (place.container === null || row[place.container] === namesOf([entity], false)[0]);
}

const entityKinds = ["deployment", "statefulset", "daemonset", "service", "pod", "node"] as const;

/** The entity that the labels of an alert or a rule name: its workload or service, else pod, node; null when they name none. */
export function entityOfLabels(row: Readonly<Record<string, string>>, labels: RoleLabels, cluster: string): EntityId | null {
  const present = new Set(Object.keys(row).filter((label) => row[label] !== ""));
  const inCluster = row[firstOf(labels.cluster, present) ?? ""] ?? cluster;
  const namespace = row[firstOf(labels.namespace, present) ?? ""] ?? "";
  const order = ["service", ...entityKinds.filter((kind) => kind !== "service")] as const;
  for (const kind of order) {
    const candidates = labels[kind].filter((label) => kind !== "service" || (label !== "job" && label !== "exported_job"));
    const label = firstOf(kind === "node" ? candidates.filter((each) => each !== "instance") : candidates, present);
    if (label) return entityId({ cluster: inCluster, namespace: kind === "node" ? "" : namespace, kind, name: row[label] ?? "" });
  }
  const job = firstOf(["exported_job", "job"], present);
  return job ? entityId({ cluster: inCluster, namespace, kind: "service", name: (row[job] ?? "").split("/").at(-1) || "unknown" }) : null;
}
