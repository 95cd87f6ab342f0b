import { byCodeUnit, evidenceId } from "@sre/contracts/canonical";
import type { Answer, Answered, Question, Snapshot } from "@sre/contracts/evidence";
import { unanswered, type AskContext, type EvidenceSource } from "../source.ts";
import { joinRows, lookUp, type Recording } from "./look-up.ts";
import { placesOf, type Places } from "./places.ts";
import { neighbourhood } from "./rows.ts";
import { ms } from "./spans.ts";

const snapshotName = "snapshot";

interface Replay {
  readonly snapshot: Snapshot;
  readonly places: Places;
  readonly bySource: ReadonlyMap<string, readonly Answer[]>;
}

function replayOf(snapshot: Snapshot): Replay {
  const names = [...new Set(snapshot.answers.map((answer) => answer.source))].sort(byCodeUnit);
  const bySource = new Map(names.map((name) => [name, snapshot.answers.filter((answer) => answer.source === name)]));
  return { snapshot, places: placesOf(snapshot), bySource };
}

function recordingOf(replay: Replay, source: string, context: AskContext): Recording {
  const asOfMs = Math.min(ms(replay.snapshot.header.scope.as_of), ms(context.asOf));
  return { source, answers: replay.bySource.get(source) ?? [], places: replay.places, asOfMs };
}

function notRecorded(question: Question, source: string): Answer {
  return unanswered({ question, source, asked: [], because: "not_recorded", detail: "the snapshot holds nothing about this question" });
}

/** The edges that a snapshot carries beside its answers are a topology of their own. */
function drawnTopology(snapshot: Snapshot, question: Question): Answer | null {
  if (question.about !== "topology") return null;
  const known = new Set([...snapshot.entities, ...snapshot.edges.flatMap((edge) => [edge.from, edge.to])]);
  const of = question.of.filter((entity) => known.has(entity));
  if (of.length === 0) return null;
  const near = neighbourhood(snapshot.edges, of, question.depth);
  const data = {
    about: "topology" as const,
    entities: [...near].sort(byCodeUnit),
    edges: snapshot.edges.filter((edge) => near.has(edge.from) && near.has(edge.to)),
    aliases: snapshot.aliases.filter((alias) => near.has(alias.entity)),
  };
  const complete = of.length === question.of.length;
  const coverage = { from: null, to: snapshot.header.scope.as_of, complete, missing_share: 1 - of.length / question.of.length };
  return { id: evidenceId(question, snapshotName), source: snapshotName, question, asked: [], kind: "answered", data, coverage };
}

/** One answer out of those of several recorded sources: their rows together where that makes sense, else the first that has data. */
function together(question: Question, found: readonly Answer[]): Answer | null {
  const withData = found.filter((answer): answer is Answered => answer.kind === "answered");
  const [first, ...others] = withData;
  if (first === undefined) return found[0] ?? null;
  const data = others.length > 0 ? joinRows(withData.map((answer) => answer.data)) : null;
  if (data === null)
    return [...withData].sort((a, b) => Number(b.coverage.complete) - Number(a.coverage.complete) || byCodeUnit(a.id, b.id))[0] ?? null;
  const coverage = {
    ...first.coverage,
    complete: withData.some((answer) => answer.coverage.complete),
    missing_share: Math.min(...withData.map((answer) => answer.coverage.missing_share)),
  };
  return { ...first, question, data, coverage, asked: withData.flatMap((answer) => answer.asked) };
}

const still = { breakerState: () => "closed" as const, close: () => Promise.resolve() };

/**
 * A snapshot as the one source of everything: questions are looked up by meaning, and nothing later than its `as_of` (or the
 * asker's, whichever is earlier) leaves it. What it does not hold is `not_recorded`; a recorded failure stays that failure.
 */
export function snapshotSource(snapshot: Snapshot): EvidenceSource {
  const replay = replayOf(snapshot);
  return {
    name: snapshotName,
    kind: "snapshot",
    cluster: null,
    ...still,
    answers: () => true,
    ask(question, context) {
      const found = [...replay.bySource.keys()].flatMap((name) => lookUp(question, recordingOf(replay, name, context)) ?? []);
      const best = together(question, found);
      const drawn = best?.kind === "answered" ? null : drawnTopology(snapshot, question);
      return Promise.resolve(drawn ?? best ?? notRecorded(question, snapshotName));
    },
  };
}

/**
 * A snapshot as the sources it was recorded from, each by its name, so that a question which several of them answered is
 * answered by each of them again. A question that none of them ever answered goes to one more, named "snapshot".
 */
export function snapshotSources(snapshot: Snapshot): EvidenceSource[] {
  const replay = replayOf(snapshot);
  const abouts = new Map([...replay.bySource].map(([name, answers]) => [name, new Set(answers.map((answer) => answer.question.about))]));
  const recorded = [...replay.bySource.keys()].map((name): EvidenceSource => ({
    name,
    kind: "snapshot",
    cluster: null,
    ...still,
    answers: (question) => abouts.get(name)?.has(question.about) ?? false,
    ask: (question, context) => Promise.resolve(lookUp(question, recordingOf(replay, name, context)) ?? notRecorded(question, name)),
  }));
  const whole: EvidenceSource = {
    ...snapshotSource({ ...snapshot, answers: [] }),
    answers: (question) => !recorded.some((source) => source.answers(question)),
  };
  return [...recorded, whole];
}
