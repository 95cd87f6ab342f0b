import { componentParts, isNode, type ComponentId } from "./component.ts";
import { burstStrength } from "./constants.ts";

/** How often alerts of one name come: a count of the last minute and one of the last half hour, both wearing off exponentially. */
interface Rate {
  fast: number;
  slow: number;
  atMs: number;
}

/** Which things an alert name was about lately, and on which nodes. */
interface Recent {
  readonly atMs: Map<ComponentId, number>;
  readonly nodes: Map<ComponentId, Set<ComponentId>>;
}

const { fastMs, slowMs, componentsMax } = burstStrength;

function wearOff(rate: Rate, atMs: number): void {
  const passedMs = Math.max(0, atMs - rate.atMs);
  rate.fast *= Math.exp(-passedMs / fastMs);
  rate.slow *= Math.exp(-passedMs / slowMs);
  rate.atMs = Math.max(rate.atMs, atMs);
}

/** The rate of every alert name, by which a burst is told from what fires all the time. */
export class NameRates {
  readonly #rates = new Map<string, Rate>();

  note(name: string, atMs: number): void {
    const rate = this.#rates.get(name) ?? { fast: 0, slow: 0, atMs };
    wearOff(rate, atMs);
    rate.fast += 1;
    rate.slow += 1;
    this.#rates.set(name, rate);
  }

  /** How many times more often than in the last half hour the name comes now; 1 for what comes evenly. */
  surge(name: string, atMs: number): number {
    const rate = this.#rates.get(name);
    if (!rate) return 0;
    wearOff(rate, atMs);
    return (rate.fast / rate.slow) * (slowMs / fastMs);
  }
}

/** Alert names that came in numbers, as one group has them. */
export class Bursts {
  readonly #byName = new Map<string, Recent>();

  note(name: string, component: ComponentId, { atMs, named }: { atMs: number; named: readonly ComponentId[] }): void {
    const recent: Recent = this.#byName.get(name) ?? { atMs: new Map(), nodes: new Map() };
    this.#byName.set(name, recent);
    recent.atMs.delete(component);
    recent.atMs.set(component, atMs);
    for (const other of named) {
      if (!isNode(other) || (recent.nodes.size >= componentsMax && !recent.nodes.has(other))) continue;
      const components = recent.nodes.get(other) ?? new Set<ComponentId>();
      recent.nodes.set(other, components.add(component));
    }
    if (recent.atMs.size > componentsMax) recent.atMs.delete(recent.atMs.keys().next().value!);
  }

  /** Things other than `component` that the name was about close to a time, and the last of them. */
  around(name: string, component: ComponentId, atMs: number): { count: number; namespaces: number; lastMs: number } {
    const namespaces = new Set<string>();
    let [count, lastMs] = [0, Number.NEGATIVE_INFINITY];
    for (const [other, otherMs] of this.#byName.get(name)?.atMs ?? []) {
      if (other === component || Math.abs(otherMs - atMs) > fastMs) continue;
      count += 1;
      namespaces.add(componentParts(other).namespace);
      lastMs = Math.max(lastMs, otherMs);
    }
    return { count, namespaces: namespaces.size, lastMs };
  }

  /** The node that most of the things under the name said they run on; null where they run on many, or none said it. */
  nodeOfMost(name: string): { node: ComponentId; components: number } | null {
    let [all, most, top] = [0, 0, ""];
    for (const [node, components] of this.#byName.get(name)?.nodes ?? []) {
      all += components.size;
      if (components.size > most) [most, top] = [components.size, node];
    }
    return most > all / 2 ? { node: top, components: most } : null;
  }

  /** Whether several things under the name said one node, and the alert says others. */
  contradicts(name: string, named: readonly ComponentId[]): boolean {
    const own = named.filter(isNode);
    if (own.length === 0) return false;
    const most = this.nodeOfMost(name);
    return most !== null && most.components >= burstStrength.componentsLeast && !own.includes(most.node);
  }

  /** Whether the alert says a node, and things under the name said others only. */
  mixesNodes(name: string, named: readonly ComponentId[]): boolean {
    const nodes = this.#byName.get(name)?.nodes;
    const own = named.filter(isNode);
    return nodes !== undefined && nodes.size > 0 && own.length > 0 && !own.some((node) => nodes.has(node));
  }

  /** The node that several things of one name said they run on, as most under the name did; null where there is none. */
  node(): ComponentId | null {
    for (const name of this.#byName.keys()) {
      const most = this.nodeOfMost(name);
      if (most !== null && most.components >= burstStrength.componentsLeast) return most.node;
    }
    return null;
  }
}
