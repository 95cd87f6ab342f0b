import type { ClusterObject, EntityId } from "@sre/contracts/evidence";
import { kindOf, namespaceOf } from "../entities.ts";

type Labels = Readonly<Record<string, string>>;

export const isService = (kind: string): boolean => kind === "service" || kind === "service_object";

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** Texts by key out of an object of unknown form. */
export function textsAt(fields: unknown, ...path: string[]): Labels {
  let value: unknown = fields;
  for (const key of path) value = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isFields(value)
    ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"))
    : {};
}

/** Whether labels hold all that a selector wants; an empty selector selects nothing. */
export function selects(selector: Labels, labels: Labels): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** Which pods the live Services select, by labels that may be on the running pods alone, such as the role of a leader. */
export function selectorLinks(objects: readonly ClusterObject[]): { from: EntityId; to: EntityId; kind: "selects" }[] {
  const live = objects.filter(({ view }) => view === "live");
  const pods = Map.groupBy(
    live.filter(({ entity }) => kindOf(entity) === "pod"),
    ({ entity }) => namespaceOf(entity) ?? "",
  );
  return live
    .filter(({ entity }) => isService(kindOf(entity)))
    .flatMap((service) => {
      const selector = textsAt(service.spec, "selector");
      const chosen = (pods.get(namespaceOf(service.entity) ?? "") ?? []).filter(({ labels }) => selects(selector, labels));
      return chosen.map(({ entity }) => ({ from: service.entity, to: entity, kind: "selects" as const }));
    });
}
