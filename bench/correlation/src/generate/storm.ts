import type { Chance } from "./chance.ts";
import type { Component, Estate } from "./estate.ts";
import type { Family, Impact } from "./families.ts";
import { nodeNoiseRules, noiseRules, type Rule } from "./rules.ts";

/** An alert as a sender would send it, with the group it truly belongs to. */
export interface StormAlert {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** When it began, by the sender's clock. */
  readonly startsAtMs: number;
  /** When it comes in. */
  readonly arrivesAtMs: number;
  readonly truth: string;
}

export interface StormShape {
  /** Start of the storm, in milliseconds since 1970. */
  readonly fromMs: number;
  readonly faults: number;
  readonly faultsWithinMs: number;
  readonly noise: number;
  /** How many copies of an alert differ by a label only (a route, a shard). */
  readonly copies: number;
}

export const usualShape = (chance: Chance): StormShape => ({
  fromMs: Date.UTC(2026, 9, 1, 8), faults: chance.whole(2, 5), faultsWithinMs: 40 * 60_000, noise: chance.whole(6, 16), copies: 1,
}); // prettier-ignore

/** While an alert fires it does not fire again: a thing that one fault hurts tells nothing new of the next. */
const firingMs = 30 * 60_000;

interface Clocks {
  skewOf(component: Component): number;
}

/** Two senders, each with a clock of its own. */
function drawClocks(chance: Chance): Clocks {
  const skew = () => Math.max(-120_000, Math.min(120_000, chance.normal(0, 20_000)));
  const skews = [skew(), skew()];
  return { skewOf: ({ namespace, name }) => skews[(namespace || name).length % 2]! };
}

/** Which labels each rule forgets: a rule that aggregates without `namespace` forgets it always. */
class Forgetting {
  readonly #chance: Chance;
  readonly #byRule = new Map<string, Set<string>>();

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  of(rule: string): Set<string> {
    const known = this.#byRule.get(rule);
    if (known) return known;
    const labels = ["namespace", "cluster", "environment"].filter(() => this.#chance.happens(0.12));
    const forgotten = new Set(this.#chance.happens(0.1) ? [...labels, "service"] : labels);
    this.#byRule.set(rule, forgotten);
    return forgotten;
  }
}

interface World {
  readonly chance: Chance;
  readonly clocks: Clocks;
  readonly forgetting: Forgetting;
}

type Pod = Component["pods"][number] | null;

function identity(component: Component, pod: Pod, chance: Chance): Record<string, string> {
  if (component.kind === "node") return { node: component.name, job: "node-exporter", instance: `${component.name}:9100` };
  const { name } = component;
  if (pod === null)
    return component.kind === "statefulset" ? { statefulset: name, job: "kube-state-metrics" } : { service: name, job: name };
  const where = { pod: pod.name, container: "app", job: "kube-state-metrics" };
  return pod.node !== "" && chance.happens(0.6) ? { ...where, node: pod.node } : where;
}

function labelsOf(
  { chance, forgetting }: World,
  component: Component,
  { rule, pod, blamed }: { rule: Rule; pod: Pod; blamed: Component | null },
) {
  const place = {
    cluster: component.cluster,
    environment: "production",
    ...(component.namespace === "" ? {} : { namespace: component.namespace }),
  };
  const upstream = blamed !== null && rule.summary.includes("{blamed}") && chance.happens(0.5) ? { upstream: blamed.name } : {};
  const labels: Record<string, string> = {
    alertname: rule.name,
    severity: rule.severity,
    ...place,
    ...identity(component, pod, chance),
    ...upstream,
  };
  const kept = Object.entries(labels).filter(([label]) => !forgetting.of(rule.name).has(label));
  return Object.fromEntries(kept);
}

interface Firing {
  readonly rule: Rule;
  readonly pod: Pod;
  readonly blamed: Component | null;
  readonly atMs: number;
  readonly truth: string;
}

function alertOf(world: World, component: Component, firing: Firing): StormAlert {
  const { chance, clocks } = world;
  const { rule, blamed, atMs, truth } = firing;
  const words: Record<string, string> = { name: component.name, blamed: blamed?.name ?? "its backend", n: String(chance.whole(2, 99)) };
  const summary = rule.summary.replaceAll(/\{(\w+)\}/g, (_, key: string) => words[key] ?? "");
  const startsAtMs = Math.round(atMs + clocks.skewOf(component));
  const arrivesAtMs = Math.round(atMs + chance.between(0, 30_000));
  return { key: "", labels: labelsOf(world, component, firing), summary, startsAtMs, arrivesAtMs, truth };
}

function firingsOf({ chance }: World, impact: Impact, { startMs, truth }: { startMs: number; truth: string }): Firing[] {
  return impact.rules.flatMap((rule) => {
    const pods = rule.of === "pod" && impact.component.pods.length > 0 ? impact.component.pods : [null];
    return pods.map((pod) => {
      // One in ten shows only when the trouble has gone on for a while.
      const lateMs = chance.happens(0.1) ? chance.between(3 * 60_000, 12 * 60_000) : 0;
      const atMs = startMs + impact.delayMs + rule.forSeconds * 1_000 + chance.between(0, 30_000) + lateMs;
      return { rule, pod, blamed: impact.blamed, atMs, truth };
    });
  });
}

function withCopies(alerts: readonly StormAlert[], copies: number, chance: Chance): StormAlert[] {
  if (copies <= 1) return [...alerts];
  return alerts.flatMap((alert) =>
    Array.from({ length: copies }, (_, copy) => {
      const laterMs = Math.round(chance.between(0, 120_000));
      const times = { startsAtMs: alert.startsAtMs + laterMs, arrivesAtMs: alert.arrivesAtMs + laterMs };
      return { ...alert, ...times, labels: { ...alert.labels, route: `/v1/r${copy}` } };
    }),
  );
}

function drawFault(
  world: World,
  estate: Estate,
  { family, busy, startMs }: { family: Family; busy: Map<string, number>; startMs: number },
) {
  const isBusy = ({ entity }: Component) => startMs - (busy.get(entity) ?? Number.NEGATIVE_INFINITY) < firingMs;
  const origins = estate.components.filter((component) => !isBusy(component) && family.canStartAt(component, estate));
  if (origins.length === 0) return [];
  const origin = world.chance.one(origins);
  const impacts = family.impacts(estate, origin, world.chance).filter(({ component }) => !isBusy(component));
  for (const { component } of impacts) busy.set(component.entity, startMs);
  return impacts;
}

function drawNoise(world: World, estate: Estate, { shape, busy }: { shape: StormShape; busy: ReadonlyMap<string, number> }): StormAlert[] {
  const { chance } = world;
  const quiet = estate.components.filter(({ entity, kind, pods }) => !busy.has(entity) && (kind === "node" || pods.length > 0));
  return chance.some(quiet, shape.noise).flatMap((component) => {
    const rule = chance.one(component.kind === "node" ? nodeNoiseRules : noiseRules);
    const pod = rule.of === "pod" && component.pods.length > 0 ? chance.one(component.pods) : null;
    const firstMs = shape.fromMs + chance.between(-5 * 60_000, shape.faultsWithinMs + 10 * 60_000);
    const flaps = chance.happens(0.2) ? chance.whole(2, 3) : 1;
    return Array.from({ length: flaps }, (_, index) =>
      alertOf(world, component, {
        rule,
        pod,
        blamed: null,
        atMs: firstMs + index * chance.between(3, 7) * 60_000,
        truth: `noise ${component.entity}`,
      }),
    );
  });
}

const byArrival = (a: StormAlert, b: StormAlert) => a.arrivesAtMs - b.arrivesAtMs || a.startsAtMs - b.startsAtMs;

/** A storm: faults of the given families (one after the other, in turn) and noise, in the order of arrival. */
export function drawStorm(
  chance: Chance,
  estate: Estate,
  { shape, families }: { shape: StormShape; families: readonly Family[] },
): StormAlert[] {
  const world: World = { chance, clocks: drawClocks(chance), forgetting: new Forgetting(chance) };
  const busy = new Map<string, number>();
  const starts = Array.from({ length: shape.faults }, () => shape.fromMs + chance.between(0, shape.faultsWithinMs)).sort((a, b) => a - b);
  const alerts = starts.flatMap((startMs, index) => {
    const impacts = drawFault(world, estate, { family: families[index % families.length]!, busy, startMs });
    return impacts.flatMap((impact) =>
      firingsOf(world, impact, { startMs, truth: `fault ${index}` }).map((firing) => alertOf(world, impact.component, firing)),
    );
  });
  const all = [...withCopies(alerts, shape.copies, chance), ...drawNoise(world, estate, { shape, busy })];
  return all.sort(byArrival).map((alert, index) => ({ ...alert, key: `a${String(index).padStart(7, "0")}` }));
}
