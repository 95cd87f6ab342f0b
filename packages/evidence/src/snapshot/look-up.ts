import { byCodeUnit, canonicalJson, evidenceId } from "@sre/contracts/canonical";
import {
  subjectsOf,
  type Answer,
  type Answered,
  type Coverage,
  type DataOf,
  type EvidenceData,
  type Question,
} from "@sre/contracts/evidence";
import { askedSpan, candidateOf, keysOf, sameSeries, type Candidate } from "./candidates.ts";
import { joinSeries } from "./grids.ts";
import type { Places } from "./places.ts";
import { notLater, sightOf } from "./not-later.ts";
import { cutData, sameKind } from "./rows.ts";
import { iso, ms } from "./spans.ts";

type Unanswered = Extract<Answer, { kind: "unanswered" }>;

/** What is looked up in: the answers of one recorded source, and the latest instant that may leave. */
export interface Recording {
  readonly source: string;
  readonly answers: readonly Answer[];
  readonly places: Places;
  readonly asOfMs: number;
}

/** The order of recordings that answer the same: exact question, wanted statistic, full cover, longest overlap, finer step, smaller id. */
function byWorth(a: Candidate, b: Candidate): number {
  return (
    Number(b.exact) - Number(a.exact) ||
    a.preference - b.preference ||
    Number(b.full) - Number(a.full) ||
    b.overlapMs - a.overlapMs ||
    a.stepMs - b.stepMs ||
    byCodeUnit(a.answer.id, b.answer.id)
  );
}

interface Share {
  readonly candidate: Candidate;
  readonly keys: readonly string[];
  readonly data: EvidenceData;
}

/** Puts rows of a second recording to those of the first; null when they cannot stand in one answer. */
function join(a: EvidenceData, b: EvidenceData): EvidenceData | null {
  if (a.about === "series" && b.about === "series") return joinSeries(a, b);
  return joinRows([a, b]);
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [canonicalJson(item), item])).values()];
}

type Joined = { [About in EvidenceData["about"]]?: (all: readonly DataOf<About>[]) => DataOf<About> };

const joins: Joined = {
  objects: (all) => ({ about: "objects", objects: distinct(all.flatMap((data) => data.objects)) }),
  events: (all) => ({ about: "events", events: distinct(all.flatMap((data) => data.events)) }),
  changes: (all) => ({ about: "changes", changes: distinct(all.flatMap((data) => data.changes)) }),
  alerts: (all) => ({ about: "alerts", alerts: distinct(all.flatMap((data) => data.alerts)) }),
  checks: (all) => ({ about: "checks", checks: distinct(all.flatMap((data) => data.checks)) }),
  topology: (all) => ({
    about: "topology",
    entities: distinct(all.flatMap((data) => data.entities)),
    edges: distinct(all.flatMap((data) => data.edges)),
    aliases: distinct(all.flatMap((data) => data.aliases)),
  }),
};

/** The rows of several answers about the same in one; null where rows of two answers cannot be put together. */
export function joinRows(all: readonly EvidenceData[]): EvidenceData | null {
  const [first] = all;
  if (first === undefined || all.some((data) => data.about !== first.about)) return null;
  // The check above makes every member of `all` data about the same as the join.
  const joinAll = joins[first.about] as ((same: readonly EvidenceData[]) => EvidenceData) | undefined;
  return joinAll ? joinAll(all) : null;
}

function shareOf(candidate: Candidate, keys: readonly string[], known: { question: Question; recording: Recording }): Share | null {
  const { answer, exact, span } = candidate;
  const { question, recording } = known;
  const { asOfMs, places } = recording;
  const sameSubject = canonicalJson(keysOf(question)) === canonicalJson(keysOf(answer.question));
  const data = exact ? notLater(answer, asOfMs).data : cutData(answer.data, { question, keys, exact, span, asOfMs, places, sameSubject, ...sightOf(answer) }); // prettier-ignore
  return data === null ? null : { candidate, keys, data };
}

function shares(
  candidates: readonly Candidate[],
  known: { question: Question; recording: Recording },
): { parts: Share[]; data: EvidenceData } | null {
  const parts: Share[] = [];
  const told = new Set<string>();
  let data: EvidenceData | null = null;
  for (const candidate of candidates) {
    const keys = candidate.keys.filter((key) => !told.has(key));
    const share = keys.length > 0 ? shareOf(candidate, keys, known) : null;
    const joined: EvidenceData | null = share && (data === null ? share.data : join(data, share.data));
    if (share === null || joined === null) continue;
    data = joined;
    parts.push(share);
    for (const key of keys) told.add(key);
  }
  return data === null ? null : { parts, data };
}

function coverageOf(question: Question, parts: readonly Share[], asOfMs: number): Coverage {
  const covers = parts.map(({ candidate }) => candidate.answer.coverage);
  const keys = keysOf(question).length;
  const told = parts.reduce((sum, part) => sum + part.keys.length, 0);
  const asked = askedSpan(question, asOfMs);
  const lengthMs = asked.toMs - asked.fromMs;
  const share = ({ candidate, keys: own }: Share) => {
    const seen = "window" in question && lengthMs > 0 && !candidate.full ? Math.min(1, candidate.overlapMs / lengthMs) : 1;
    return (own.length / keys) * seen * (1 - candidate.answer.coverage.missing_share);
  };
  const beyond = "window" in question && ms(question.window.to) > asOfMs;
  const truncated = covers.map((cover) => cover.truncated_by).find((by) => by !== undefined);
  const now = covers.find((cover) => cover.as_of === "now") ?? covers.find((cover) => cover.as_of !== undefined);
  const windowed = "window" in question;
  const from = windowed ? iso(Math.max(...parts.map(({ candidate }) => candidate.span.fromMs))) : (covers[0]?.from ?? null);
  const to = windowed ? iso(Math.min(...parts.map(({ candidate }) => candidate.span.toMs))) : (covers[0]?.to ?? iso(asked.toMs));
  const levels = question.about === "logs" && parts.some(({ candidate }) => candidate.preference > 0);
  const depth = question.about === "topology" && parts.some(({ candidate }) => candidate.preference > 0);
  return {
    from,
    to,
    complete:
      told === keys &&
      !beyond &&
      !levels &&
      !depth &&
      covers.every((cover) => cover.complete) &&
      parts.every(({ candidate }) => candidate.full || !windowed),
    missing_share: Math.min(1, Math.max(0, Number((1 - parts.reduce((sum, part) => sum + share(part), 0)).toPrecision(6)))),
    ...(truncated ? { truncated_by: truncated } : {}),
    ...(now?.as_of ? { as_of: now.as_of } : {}),
    ...byKind(question, parts),
  };
}

// The kinds that are not named were not recorded: nothing may be concluded from their absence.
function byKind(question: Question, parts: readonly Share[]): Pick<Coverage, "by_kind"> {
  if (question.about !== "objects") return {};
  const kinds = parts.flatMap(({ candidate, keys }) => {
    const recorded = candidate.answer.coverage.by_kind;
    return keys.map((kind) => [kind, recorded?.[kind] ?? recorded?.[sameKind(kind)] ?? "answered"] as const);
  });
  return { by_kind: Object.fromEntries(kinds) };
}

const silences: ReadonlySet<string> = new Set(["not_configured", "not_recorded", "unknown_signal"]);

function sameMatter(question: Question, recorded: Question): boolean {
  if (question.about === "series" && recorded.about === "series") return sameSeries(question, recorded);
  if (question.about !== "objects" || recorded.about !== "objects") return question.about === recorded.about;
  const kinds = new Set(recorded.kinds.map(sameKind));
  return question.kinds.some((kind) => kinds.has(sameKind(kind)));
}

/** A source that failed when it was asked about these things fails when asked in other words: what it would have told is not known. */
function failedBefore(question: Question, { answers, places }: Recording): Unanswered | null {
  const touches = (a: string, b: string) => a === b || (!a.includes(">") && !b.includes(">") && places.contains(a, b));
  const failed = answers.find(
    (answer): answer is Unanswered =>
      answer.kind === "unanswered" &&
      !silences.has(answer.because) &&
      sameMatter(question, answer.question) &&
      subjectsOf(answer.question).some((told) => subjectsOf(question).some((asked) => touches(told, asked))),
  );
  return failed ?? null;
}

/** The recorded answer to a question by its meaning; null when the recording says nothing about it. */
export function lookUp(question: Question, recording: Recording): Answer | null {
  const meaning = canonicalJson(question);
  const same = recording.answers.filter((answer) => canonicalJson(answer.question) === meaning);
  const refused = same.find((answer) => answer.kind === "unanswered");
  if (refused && !same.some((answer) => answer.kind === "answered")) return refused;
  const candidates = recording.answers
    .filter((answer): answer is Answered => answer.kind === "answered")
    .flatMap((answer) => candidateOf(answer, question, recording) ?? [])
    .sort(byWorth);
  const found = shares(candidates, { question, recording });
  if (found === null) {
    const failed = failedBefore(question, recording);
    return failed && { ...failed, id: evidenceId(question, recording.source), source: recording.source, question };
  }
  const { parts, data } = found;
  const [best] = parts;
  const exact = best?.candidate.exact ?? false;
  return {
    id: evidenceId(question, recording.source),
    source: recording.source,
    question,
    ...(exact || best === undefined ? {} : { recorded: best.candidate.answer.question }),
    asked: parts.flatMap(({ candidate }) => candidate.answer.asked),
    kind: "answered",
    data,
    coverage:
      exact && best && parts.length === 1
        ? notLater(best.candidate.answer, recording.asOfMs).coverage
        : coverageOf(question, parts, recording.asOfMs),
  };
}
