import type { AlertTraits } from "./alert-traits.ts";
import { componentParts, type ComponentId } from "./component.ts";
import { correlationLimits } from "./constants.ts";
import type { Dependencies } from "./dependencies.ts";
import type { Group } from "./group.ts";

/** Open groups by what they hold, the latest of each, so that an alert meets few of them. */
export class GroupIndex {
  readonly #byMember = new Map<ComponentId, Group[]>();
  readonly #byNamed = new Map<ComponentId, Group[]>();
  readonly #byName = new Map<string, Group[]>();
  readonly #byNamespace = new Map<string, Group[]>();

  #put(index: Map<string, Group[]>, key: string, group: Group): void {
    const groups = index.get(key);
    if (!groups) index.set(key, [group]);
    else if (!groups.includes(group)) {
      if (groups.length >= correlationLimits.groupsPerIndexMax) groups.shift();
      groups.push(group);
    }
  }

  /** Enters a group under everything that it holds. */
  add(group: Group): void {
    for (const component of group.members.keys()) this.addMember(group, component);
    if (group.cause !== null) this.#put(this.#byMember, group.cause, group);
    this.addNamed(group, [...group.named.keys()]);
    for (const name of group.names) this.addName(group, name);
  }

  addMember(group: Group, component: ComponentId): void {
    this.#put(this.#byMember, component, group);
    const { cluster, namespace } = componentParts(component);
    if (namespace !== "") this.#put(this.#byNamespace, `${cluster}/${namespace}`, group);
  }

  addNamed(group: Group, named: readonly ComponentId[]): void {
    for (const component of named) this.#put(this.#byNamed, component, group);
  }

  addName(group: Group, name: string): void {
    if (name !== "") this.#put(this.#byName, `${group.cluster}/${name}`, group);
  }

  ofComponent(component: ComponentId): readonly Group[] {
    return this.#byMember.get(component) ?? [];
  }

  /** Groups that the alert could belong to. */
  near({ component, named, name }: AlertTraits, dependencies: Dependencies): Set<Group> {
    const found = new Set<Group>();
    const collect = (groups: readonly Group[] | undefined) => groups?.forEach((group) => found.add(group));
    for (const other of named) {
      collect(this.#byMember.get(other));
      collect(this.#byNamed.get(other));
    }
    if (component === null) return found;
    collect(this.#byMember.get(component));
    collect(this.#byNamed.get(component));
    for (const other of dependencies.relatedTo(component).keys()) collect(this.#byMember.get(other));
    const { cluster, namespace } = componentParts(component);
    collect(this.#byName.get(`${cluster}/${name}`));
    collect(this.#byNamespace.get(`${cluster}/${namespace}`));
    return found;
  }
}
