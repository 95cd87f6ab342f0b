import type { Chance } from "./chance.ts";
import type { Component, Estate } from "./estate.ts";
import { rules, type Rule } from "./rules.ts";

/** What a fault does to one thing: when it begins to hurt, what can fire, and whom its alerts blame. */
export interface Impact {
  readonly component: Component;
  readonly delayMs: number;
  readonly rules: readonly Rule[];
  readonly blamed: Component | null;
}

/** A kind of fault. Those held out are never looked at when numbers of a correlator are chosen. */
export interface Family {
  readonly name: string;
  readonly heldOut: boolean;
  canStartAt(component: Component, estate: Estate): boolean;
  impacts(estate: Estate, origin: Component, chance: Chance): Impact[];
}

const dependencies = new Set(["calls", "uses", "routes", "mounts"]);

/** Those that depend on a thing directly. */
function dependentsOf(estate: Estate, of: Component): Component[] {
  const from = new Set(estate.edges.filter(({ to, kind }) => to === of.entity && dependencies.has(kind)).map((edge) => edge.from));
  return estate.components.filter(({ entity }) => from.has(entity));
}

function dependedOnBy(estate: Estate, of: Component, kinds: ReadonlySet<string> = dependencies): Component[] {
  const to = new Set(estate.edges.filter(({ from, kind }) => from === of.entity && kinds.has(kind)).map((edge) => edge.to));
  return estate.components.filter(({ entity }) => to.has(entity));
}

const hopMs = (chance: Chance) => chance.between(5_000, 60_000);
const symptoms: readonly Rule[] = [rules.errors, rules.latency, rules.upstream, rules.burn, rules.saturated];

interface Spread {
  readonly start: readonly { readonly component: Component; readonly delayMs: number }[];
  readonly chance: Chance;
  /** How likely the trouble goes one step on. */
  readonly probability: number;
  readonly stepsMax: number;
}

/** How trouble climbs from what is broken to those that call it, each later than the one below. */
function climb(estate: Estate, { start, chance, probability, stepsMax }: Spread): Impact[] {
  const seen = new Set(start.map(({ component }) => component.entity));
  const found: Impact[] = [];
  let front = [...start];
  for (let step = 0; step < stepsMax; step++) {
    const next: typeof front = [];
    for (const { component, delayMs } of front)
      for (const caller of dependentsOf(estate, component)) {
        if (seen.has(caller.entity) || !chance.happens(probability)) continue;
        seen.add(caller.entity);
        const later = { component: caller, delayMs: delayMs + hopMs(chance) };
        next.push(later);
        found.push({ ...later, rules: chance.some(symptoms, chance.whole(1, 3)), blamed: component });
      }
    front = next;
  }
  return found;
}

function withClimb(
  estate: Estate,
  own: readonly Impact[],
  { chance, probability = 0.75 }: { chance: Chance; probability?: number },
): Impact[] {
  return [...own, ...climb(estate, { start: own, chance, probability, stepsMax: 3 })];
}

const isService = ({ kind }: Component) => kind === "service" || kind === "deployment";
const isDatabase = ({ kind }: Component) => kind === "statefulset";
const hit = (component: Component, chance: Chance, fire: readonly Rule[]): Impact => ({
  component,
  delayMs: chance.between(0, 30_000),
  rules: fire,
  blamed: null,
});

const isCalled = (component: Component, estate: Estate) => isService(component) && dependentsOf(estate, component).length > 0;
function onNode(estate: Estate, node: Component): Component[] {
  return estate.components.filter(({ pods }) => pods.some((pod) => pod.node === node.name));
}

/** Pods of one node only. */
const onlyOn = (component: Component, node: Component): Component => ({
  ...component,
  pods: component.pods.filter((pod) => pod.node === node.name),
});

const tuned: Family[] = [
  {
    name: "crash",
    heldOut: false,
    canStartAt: isCalled,
    impacts: (estate, origin, chance) => withClimb(estate, [hit(origin, chance, [rules.crash, rules.replicas, rules.errors])], { chance }),
  },
  {
    name: "slow-database",
    heldOut: false,
    canStartAt: (component, estate) => isDatabase(component) && dependentsOf(estate, component).length > 0,
    impacts: (estate, origin, chance) =>
      withClimb(estate, [hit(origin, chance, chance.some([rules.slowQueries, rules.connections, rules.replication], chance.whole(1, 3)))], {
        chance,
        probability: 0.85,
      }),
  },
  {
    name: "node-down",
    heldOut: false,
    canStartAt: (component, estate) => component.kind === "node" && onNode(estate, component).length > 0,
    impacts: (estate, origin, chance) => {
      const hosted = onNode(estate, origin).map((component): Impact => ({
        component: onlyOn(component, origin), delayMs: chance.between(10_000, 120_000), blamed: null,
        rules: chance.happens(0.7) ? [rules.notReady] : [rules.notReady, rules.replicas],
      })); // prettier-ignore
      return [hit(origin, chance, [rules.nodeDown]), ...hosted];
    },
  },
  {
    name: "bad-deployment",
    heldOut: false,
    canStartAt: isService,
    impacts: (estate, origin, chance) =>
      withClimb(estate, [hit(origin, chance, chance.some([rules.memory, rules.crash, rules.latency, rules.throttled, rules.burn], 3))], {
        chance,
        probability: 0.4,
      }),
  },
  {
    name: "overload",
    heldOut: false,
    canStartAt: (component, estate) =>
      isService(component) && dependedOnBy(estate, component).length > 1 && dependentsOf(estate, component).length === 0,
    impacts: (estate, origin, chance) => {
      const load = [rules.saturated, rules.throttled, rules.latency];
      const below = dependedOnBy(estate, origin).filter(isService);
      const hurt = below.filter(() => chance.happens(0.8)).map((component): Impact => ({
        component, delayMs: hopMs(chance), rules: chance.some(load, chance.whole(1, 3)), blamed: null,
      })); // prettier-ignore
      return [hit(origin, chance, chance.some(load, 2)), ...hurt];
    },
  },
];

const queueEdges = new Set(["consumes"]);

const heldOut: Family[] = [
  {
    name: "queue-backlog",
    heldOut: true,
    canStartAt: ({ kind }) => kind === "queue",
    impacts: (estate, origin, chance) => {
      const consumers = estate.components.filter((component) => dependedOnBy(estate, component, queueEdges).includes(origin));
      const behind = consumers.map((component): Impact => ({ component, delayMs: hopMs(chance), rules: [rules.lag], blamed: origin }));
      return withClimb(estate, [hit(origin, chance, [rules.backlog]), ...behind], { chance, probability: 0.3 });
    },
  },
  {
    // The broken one is silent: only who calls it complains.
    name: "expired-certificate",
    heldOut: true,
    canStartAt: (component, estate) => isService(component) && dependentsOf(estate, component).length > 1,
    impacts: (estate, origin, chance) => {
      const first = dependentsOf(estate, origin).map((component): Impact => ({
        component, delayMs: chance.between(0, 60_000), rules: [rules.tls, ...chance.some([rules.errors, rules.burn], 1)], blamed: origin,
      })); // prettier-ignore
      return withClimb(estate, first, { chance, probability: 0.5 });
    },
  },
  {
    name: "slow-storage",
    heldOut: true,
    canStartAt: ({ kind }, estate) => kind === "storageclass" && estate.edges.length > 0,
    impacts: (estate, origin, chance) => {
      const users = chance.some(dependentsOf(estate, origin), 4);
      const slow = users.map((component): Impact => ({
        component,
        delayMs: chance.between(0, 90_000),
        rules: [rules.disk, rules.slowQueries],
        blamed: null,
      }));
      return withClimb(estate, slow, { chance, probability: 0.5 });
    },
  },
  {
    name: "lost-network",
    heldOut: true,
    canStartAt: ({ namespace, kind }) => namespace !== "" && kind === "service",
    impacts: (estate, origin, chance) => {
      const cutOff = estate.components.filter(({ namespace, kind }) => namespace === origin.namespace && kind !== "queue");
      return cutOff.filter(() => chance.happens(0.7)).map((component): Impact => ({
        component, delayMs: chance.between(0, 60_000), rules: [rules.probe, ...chance.some([rules.errors, rules.target], 1)], blamed: null,
      })); // prettier-ignore
    },
  },
];

/** Every family of faults. */
export const families: readonly Family[] = [...tuned, ...heldOut];
