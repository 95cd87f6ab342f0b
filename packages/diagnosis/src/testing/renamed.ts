import { byCodeUnit, sha256 } from "@sre/contracts/canonical";
import { entityParts } from "@sre/contracts/evidence";
import type { World } from "./world.ts";

/* The same world with other names for everything that a team names, machines among them. */

const named: ReadonlySet<string> = new Set(["service", "deployment", "statefulset", "daemonset", "database", "queue", "external", "node"]);
const idForm = /^[^/\s>]*\/[^/\s>]*\/[a-z_]+\/[^/\s>]+$/;

function everyString(value: unknown, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  else if (Array.isArray(value)) for (const each of value) everyString(each, visit);
  else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) everyString(each, visit);
}

function namesOf(world: World): string[] {
  const found = new Set<string>();
  everyString(world, (text) => {
    if (idForm.test(text) && named.has(entityParts(text).kind)) found.add(entityParts(text).name);
  });
  // The longest first, so that "cart-db" is never read as "cart" and a rest.
  return [...found].sort((a, b) => b.length - a.length || byCodeUnit(a, b));
}

function everywhere(value: unknown, text: (given: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((each) => everywhere(each, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, everywhere(each, text)]));
}

export interface Renamed {
  readonly world: World;
  /** What a text reads like there. */
  readonly text: (given: string) => string;
}

/** Renames everywhere alike, in ids, specs, messages and log lines: pods keep their workload's name as their beginning. */
export function renamed(world: World, seed: number): Renamed {
  const names = namesOf(world);
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const anywhere = new RegExp(`(?<![\\w-])(?:${escaped.join("|")})(?![A-Za-z0-9_])`, "g");
  const text = (given: string) => given.replace(anywhere, (name) => `x${sha256(`${seed} ${name}`).slice(0, 9)}`);
  const { asOf, objectsAsOf, fails, ...rest } = world;
  return { world: { ...(everywhere(rest, text) as typeof rest), asOf, objectsAsOf, fails }, text };
}
