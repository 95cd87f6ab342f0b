import { byCodeUnit, evidenceId, sha256 } from "@sre/contracts/canonical";
import { entityId, entityParts, type Answer, type EntityId, type Snapshot } from "@sre/contracts/evidence";
import type { RcaCase } from "../case.ts";
import type { RankedCause } from "../prediction.ts";

/*
 * Renames what a team names: services, workloads, pods and application nodes, and the paths that are called after them. Clusters,
 * namespaces and machines keep theirs.
 */

const bases: ReadonlySet<string> = new Set(["service", "workload", "deployment", "statefulset", "daemonset", "job", "database", "queue", "external", "ingress", "endpoints", "autoscaler"]); // prettier-ignore
// Where things run, and what runs a machine.
const keptKinds: ReadonlySet<string> = new Set(["node", "component", "namespace", "cluster"]);

const idForm = /^[^/\s>]*\/[^/\s>]*\/[a-z_]+\/[^/\s>]+$/;
const isId = (text: string): boolean => idForm.test(text);

function everyString(value: unknown, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  else if (Array.isArray(value)) for (const each of value) everyString(each, visit);
  else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) everyString(each, visit);
}

/** The names of everything of a renamed kind that is named anywhere; of pods and ReplicaSets only what begins with no such name. */
function namesIn(snapshot: Snapshot): string[] {
  const [own, others] = [new Set<string>(), new Set<string>()];
  everyString(snapshot, (text) => {
    for (const part of text.split(">").filter(isId)) {
      const { kind, name } = entityParts(part);
      if (bases.has(kind)) own.add(name);
      else if (kind === "pod") others.add(name);
    }
  });
  const rest = [...others].filter((name) => ![...own].some((base) => name === base || name.startsWith(`${base}-`)));
  return [...own, ...rest].sort(byCodeUnit);
}

/** Another word: a letter first, then letters and digits; never the same for two words. Numbers stay. */
const newWord = (word: string, seed: number): string => (/^\d+$/.test(word) ? word : `x${sha256(`${seed} ${word}`).slice(0, 9)}`);
const words = /[A-Za-z0-9]+/g;

/** Another name of the same form, word by word: what two names have in common, theirs have too. */
const newName = (name: string, seed: number): string => name.replace(words, (word) => newWord(word, seed));

const runTogetherMin = 5;

/** The words of names that stand in a row, written together as paths write them ("/orderservice" of "order-service"). */
function runsOf(names: readonly string[], seed: number): ReadonlyMap<string, string> {
  const runs = names.flatMap((name) => {
    const all = name.match(words) ?? [];
    return all.flatMap((_, from) => all.slice(from).map((__, more) => all.slice(from, from + more + 1)));
  });
  const long = runs.map((run) => [run.join(""), run.map((word) => newWord(word, seed)).join("")] as const);
  return new Map(long.filter(([run]) => run.length >= runTogetherMin).sort(([a], [b]) => byCodeUnit(a, b)));
}

interface Renaming {
  readonly forward: ReadonlyMap<string, string>;
  readonly text: (text: string) => string;
  readonly id: (id: EntityId) => EntityId;
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

const segment = /(?<=\/)[A-Za-z0-9]+(?=[/?#*\s"']|$)/g;

function renamingOf(forward: ReadonlyMap<string, string>, inPaths: ReadonlyMap<string, string> = new Map()): Renaming {
  // The longest first, so that "cart-db" is never read as "cart" and a rest.
  const longest = [...forward.keys()].sort((a, b) => b.length - a.length || byCodeUnit(a, b));
  const anywhere = new RegExp(`(?<![\\w-])(?:${longest.map(escaped).join("|")})(?![A-Za-z0-9_])`, "g");
  const text = (given: string) => {
    const named = longest.length === 0 ? given : given.replace(anywhere, (name) => forward.get(name) ?? name);
    return named.replace(segment, (run) => inPaths.get(run) ?? run);
  };
  const id = (given: EntityId) => {
    const { name, ...rest } = entityParts(given);
    return keptKinds.has(rest.kind) ? given : entityId({ ...rest, name: text(name) });
  };
  return { forward, text, id };
}

// Words of the contract itself, which only look like names.
const ownWords: ReadonlySet<string> = new Set(["record", "format", "about", "kind", "statistic", "statistics", "unit", "state", "level", "levels", "instance", "outcome", "because", "side", "view", "golden", "resource", "named", "against", "origin", "source", "api_kind", "type", "truncated_by", "want", "by", "kinds"]); // prettier-ignore

function renamedValue(value: unknown, renaming: Renaming): unknown {
  if (typeof value === "string") {
    const parts = value.split(">");
    return parts.some(isId) ? parts.map((part) => (isId(part) ? renaming.id(part) : part)).join(">") : renaming.text(value);
  }
  if (Array.isArray(value)) return value.map((each) => renamedValue(each, renaming));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, ownWords.has(key) && !isNested(each) ? each : renamedValue(each, renaming)]),
  );
}

const isNested = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** A case in which every service, pod and application node bears another name, and the way back. */
export interface Renamed {
  readonly one: RcaCase;
  readonly back: (cause: RankedCause) => RankedCause;
}

/** Renames everywhere alike: ids, labels, manifests, messages and log lines. A pod keeps the name of its workload as its beginning. */
export function renamedCase(one: RcaCase, seed: number): Renamed {
  const names = namesIn(one.snapshot);
  const forward = new Map(names.map((name) => [name, newName(name, seed)]));
  const renaming = renamingOf(forward, runsOf(names, seed));
  const back = renamingOf(new Map([...forward].map(([name, other]) => [other, name])));
  const changed = renamedValue(one.snapshot, renaming) as Snapshot;
  const notLive = new Set<string>();
  const answers = changed.answers.map((answer, i): Answer => {
    const id = evidenceId(answer.question, answer.source);
    if (one.notLive.has(one.snapshot.answers[i]?.id ?? "")) notLive.add(id);
    return { ...answer, id };
  });
  return {
    one: { ...one, notLive, snapshot: { ...changed, answers } },
    back: (cause) => ({
      ...cause,
      entity: back.id(cause.entity),
      where: cause.where.map(back.id),
      belongs_to: cause.belongs_to.map(back.id),
    }),
  };
}
