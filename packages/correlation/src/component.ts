import { entityParts, type EntityId } from "@sre/contracts/evidence";
import { withoutHash } from "./resolve-entity.ts";

/**
 * What alerts of one service, its workload and its pods share: "cluster/namespace/name", each percent-encoded. Pods count
 * under the name without hashes, nodes under "node:name".
 */
export type ComponentId = string;

export interface ComponentParts {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

const componentId = ({ cluster, namespace, name }: ComponentParts): ComponentId =>
  [cluster, namespace, name].map(encodeURIComponent).join("/");

/** The component of an entity. */
export function componentOf(entity: EntityId): ComponentId {
  const { cluster, namespace, kind, name } = entityParts(entity);
  if (kind === "node") return componentId({ cluster, namespace: "", name: `node:${name}` });
  return componentId({ cluster, namespace, name: kind === "pod" ? withoutHash(name) : name });
}

export function componentParts(id: ComponentId): ComponentParts {
  const [cluster = "", namespace = "", name = ""] = id.split("/").map(decodeURIComponent);
  return { cluster, namespace, name };
}

export const isNode = (id: ComponentId): boolean => componentParts(id).name.startsWith("node:");

/** Components by their bare name: finds the one that a name, or an alert without cluster or namespace, must mean. */
export class ComponentNames {
  readonly #byName = new Map<string, ComponentId[]>();
  readonly #known = new Map<ComponentId, ComponentParts>();

  add(id: ComponentId): void {
    if (this.#known.has(id)) return;
    const parts = componentParts(id);
    this.#known.set(id, parts);
    const same = this.#byName.get(parts.name);
    if (same) same.push(id);
    else this.#byName.set(parts.name, [id]);
  }

  /** The component of this name where only one fits the place; parts that are empty fit any. */
  find(name: string, place: { cluster: string; namespace: string }): ComponentId | null {
    const all = this.#byName.get(name);
    if (!all) return null;
    const fitting = all.filter((id) => {
      const { cluster, namespace } = this.#known.get(id)!;
      return (place.cluster === "" || cluster === place.cluster) && (place.namespace === "" || namespace === place.namespace);
    });
    return fitting.length === 1 ? fitting[0]! : null;
  }

  /** The component that an incomplete one must mean; itself when it is complete, unknown or ambiguous. */
  complete(id: ComponentId): ComponentId {
    if (this.#known.has(id)) return id;
    const { name, cluster, namespace } = componentParts(id);
    const isWhole = cluster !== "" && (namespace !== "" || name.startsWith("node:"));
    return isWhole ? id : (this.find(name, { cluster, namespace }) ?? id);
  }
}
