import { byCodeUnit, evidenceId } from "@sre/contracts/canonical";
import { entityParts, type Answer, type ChangeRecord, type EntityId, type Question, type Snapshot } from "@sre/contracts/evidence";
import type { Truth } from "../labels.ts";
import type { Random } from "../generated/random.ts";
import { shuffled } from "../variants/shuffle.ts";
import { changeableIn, entitiesOf, homeOfTruth, onsetOf, sameApplication, servedBy } from "./estate.ts";

/* Recorded faults tell nothing of changes: the one that brought the fault, and others that did not, are put in by a seed. */

const minuteMs = 60_000;
const source = "change-suite";
const [decoysMin, decoysMax] = [5, 10];
/** Minutes before the onset in which what brings a fault begins. */
const [beforeMin, beforeMax] = [1, 8];
/** So long after the onset and the first alert, or before the onset, a change is plainly not what brought it. Minutes. */
const [laterMin, laterMax] = [5, 15];
const [earlierMin, earlierMax] = [75, 110];
/** A fault that shows for longer than this is not put in: nobody would look so far back. Minutes. */
const onsetMinutesMax = 90;
const askedEntitiesMax = 200;
const windowMinutes = 24 * 60;

/** A case with changes in it, and the id of the one that brought its fault; null where none did. */
export interface ChangedCase {
  readonly snapshot: Snapshot;
  readonly change: string | null;
}

const pick = <T>(items: readonly T[], random: Random): T | undefined => items[Math.floor(random() * items.length)];
const between = (low: number, high: number, random: Random): number => low + (high - low) * random();

type Draft = Omit<ChangeRecord, "id"> & { readonly brought: boolean };

interface Making {
  readonly snapshot: Snapshot;
  readonly asOfMs: number;
  readonly onsetMs: number;
  readonly alertedMs: number;
  readonly home: EntityId;
  readonly others: readonly EntityId[];
  readonly random: Random;
}

interface Wanted {
  readonly entity: EntityId;
  readonly atMs: number;
  readonly share: number | null;
  readonly brought: boolean;
}

// What is said of a change must not tell which one it is: all are worded alike.
function drafted({ snapshot, random }: Making, { entity, atMs, share, brought }: Wanted): Draft {
  const { kind: place, name } = entityParts(entity);
  const kind = place === "node" ? "infrastructure" : place === "namespace" || random() < 0.35 ? "config" : "deployment";
  const version = Math.floor(random() * 80) + 10;
  const at = new Date(Math.round(atMs / 1_000) * 1_000).toISOString();
  return {
    entity, kind, started_at: at, ended_at: null, state: "succeeded", share, touches: servedBy(snapshot, entity), by: null,
    from: `1.${version}`, to: `1.${version + 1}`, title: `${name} 1.${version} → 1.${version + 1}`.slice(0, 300), url: null, origin: "api", brought,
  }; // prettier-ignore
}

const justBefore = ({ onsetMs, random }: Making): number => onsetMs - between(beforeMin, beforeMax, random) * minuteMs;

// Near the onset, but of something else.
function ofAnother(making: Making): Draft[] {
  const entity = pick(making.others, making.random);
  return entity === undefined ? [] : [drafted(making, { entity, atMs: justBefore(making), share: null, brought: false })];
}

// Of the right object, or of any, but long before the onset or after it.
function atAnotherTime(making: Making): Draft[] {
  const { asOfMs, onsetMs, alertedMs, random, home, others } = making;
  const later = Math.max(onsetMs, alertedMs) + between(laterMin, laterMax, random) * minuteMs;
  const earlier = onsetMs - between(earlierMin, earlierMax, random) * minuteMs;
  const entity = random() < 0.5 ? home : (pick(others, random) ?? home);
  const atMs = random() < 0.5 && later < asOfMs ? later : earlier;
  return [drafted(making, { entity, atMs, share: null, brought: false })];
}

// Near the onset and of the right object, or of any, but no instance has it yet.
function withoutEffect(making: Making): Draft[] {
  const entity = making.random() < 0.5 ? making.home : (pick(making.others, making.random) ?? making.home);
  return [drafted(making, { entity, atMs: justBefore(making), share: 0, brought: false })];
}

const decoyKinds = [ofAnother, atAnotherTime, withoutEffect];

function decoys(making: Making): Draft[] {
  const count = decoysMin + Math.floor(making.random() * (decoysMax - decoysMin + 1));
  return Array.from({ length: count }, (_, i) => decoyKinds[i % decoyKinds.length]?.(making) ?? []).flat();
}

function numbered(drafts: readonly Draft[], random: Random): { changes: ChangeRecord[]; change: string | null } {
  const named = shuffled(drafts, random).map(({ brought, ...draft }, i) => ({ brought, change: { ...draft, id: `change-${i + 1}` } }));
  const changes = named.map(({ change }) => change);
  changes.sort((a, b) => byCodeUnit(a.started_at, b.started_at) || byCodeUnit(a.id, b.id));
  return { changes, change: named.find(({ brought }) => brought)?.change.id ?? null };
}

function changesAnswer({ asOfMs, snapshot }: Making, changes: ChangeRecord[]): Answer {
  const entities = entitiesOf(snapshot).filter((id) => !["pod", "container", "replicaset"].includes(entityParts(id).kind));
  const touched = [...new Set(changes.flatMap(({ entity, touches }) => [entity, ...touches]))];
  const others = entities.filter((id) => !touched.includes(id)).sort((a, b) => asked(a) - asked(b) || byCodeUnit(a, b));
  const of = [...touched, ...others].slice(0, askedEntitiesMax).sort(byCodeUnit);
  const window = { from: new Date(asOfMs - windowMinutes * minuteMs).toISOString(), to: new Date(asOfMs).toISOString() };
  const question: Question = { about: "changes", of, window };
  const coverage = { ...window, complete: true, missing_share: 0 };
  return { id: evidenceId(question, source), source, question, asked: [], kind: "answered", data: { about: "changes", changes }, coverage };
}

// A namespace stands for everything in it: it must not be cut off.
const asked = (id: EntityId): number => (["namespace", "cluster"].includes(entityParts(id).kind) ? 0 : 1);

/**
 * The case with the change that brought its fault (`brought`) or without any, among five to ten others: of other services,
 * at other times, and without effect. What the recording itself tells of changes is replaced. Null where the case does not
 * know the labelled object, or its fault has shown for more than 90 minutes.
 */
export function withChanges(
  snapshot: Snapshot,
  truth: Truth,
  { brought, random }: { brought: boolean; random: Random },
): ChangedCase | null {
  const entities = entitiesOf(snapshot);
  const home = homeOfTruth(truth, entities);
  if (home === null) return null;
  const asOfMs = Date.parse(snapshot.header.scope.as_of);
  const onsetMs = onsetOf(snapshot, truth, home);
  if (asOfMs - onsetMs > onsetMinutesMax * minuteMs) return null;
  const alertedMs = Math.min(asOfMs, ...snapshot.header.scope.alerts.map(({ starts_at }) => Date.parse(starts_at)));
  const others = changeableIn(entities).filter((id) => !sameApplication(id, home));
  const making = { snapshot, asOfMs, onsetMs, alertedMs, home, others, random };
  const own = brought ? [drafted(making, { entity: home, atMs: justBefore(making), share: null, brought: true })] : [];
  const { changes, change } = numbered([...own, ...decoys(making)], random);
  const answers = snapshot.answers.filter(({ question }) => question.about !== "changes");
  return { snapshot: { ...snapshot, answers: [...answers, changesAnswer(making, changes)] }, change };
}
