import { canonicalJson } from "@sre/contracts/canonical";
import { entityParts, type Answered, type EntityId, type EvidenceData, type Question, type QuestionOf } from "@sre/contracts/evidence";
import type { Places } from "./places.ts";
import { sameKind } from "./rows.ts";
import { cutAt, intersection, ms, overlapMs, spanOf, type Span } from "./spans.ts";

/** A recorded answer that says something to a question, and how well. */
export interface Candidate {
  readonly answer: Answered;
  /** What of the question it speaks of: entities, kinds, or the one thing asked about. */
  readonly keys: readonly string[];
  readonly span: Span;
  readonly exact: boolean;
  readonly full: boolean;
  /** 0 is what was asked for first. */
  readonly preference: number;
  readonly overlapMs: number;
  readonly stepMs: number;
}

/** What a question asks about, one by one, so that several recordings can share it. */
export function keysOf(question: Question): readonly string[] {
  switch (question.about) {
    case "rule":
      return [question.alert.entity];
    case "alerts":
    case "events":
      return [question.in];
    case "logs":
      return [question.of];
    case "objects":
      return question.kinds;
    case "series":
    case "calls":
    case "changes":
    case "checks":
    case "topology":
      return question.of;
  }
}

/** The asked time: a window, or the one instant of an "as of" question; never later than what may leave. */
export function askedSpan(question: Question, asOfMs: number): Span {
  if ("window" in question) return cutAt(spanOf(question.window), asOfMs);
  const atMs = "as_of" in question ? Math.min(ms(question.as_of), asOfMs) : asOfMs;
  return { fromMs: atMs, toMs: atMs };
}

// In a cluster's own events stand only those of things without a namespace; nothing can be told from them about the others.
function speaksOfEvents(recorded: EntityId, asked: EntityId, places: Places): boolean {
  if (recorded === asked) return true;
  const { kind, namespace } = entityParts(asked);
  if (entityParts(recorded).kind === "cluster" && (namespace !== "" || kind === "namespace")) return false;
  return places.contains(recorded, asked);
}

function coveredKeys(question: Question, { question: recorded, coverage }: Answered, places: Places): readonly string[] {
  if (question.about === "objects" && recorded.about === "objects") {
    if (!places.contains(recorded.in, question.in)) return [];
    // A source names the kinds that it could ask for; one that it does not name was asked of nobody.
    const kinds = new Set((coverage.by_kind ? Object.keys(coverage.by_kind) : recorded.kinds).map(sameKind));
    return question.kinds.filter((kind) => kinds.has(sameKind(kind)));
  }
  const asked = keysOf(question);
  const told = keysOf(recorded);
  const exactOnly = question.about === "series" || question.about === "rule" || question.about === "topology";
  if (exactOnly) return asked.filter((key) => told.includes(key));
  if (question.about === "events") return asked.filter((key) => told.some((place) => speaksOfEvents(place, key, places)));
  if (question.about === "logs") return asked.filter((key) => told.some((place) => place === key || isContainerOf(place, key, places)));
  return asked.filter((key) =>
    told.some((place) => place === key || (!key.includes(">") && !place.includes(">") && places.contains(place, key))),
  );
}

// Log patterns name their container and nothing else of where they come from.
function isContainerOf(pod: EntityId, thing: EntityId, places: Places): boolean {
  return entityParts(thing).kind === "container" && entityParts(pod).kind === "pod" && places.contains(pod, thing);
}

/** Whether two questions are about the same series, of whatever things. */
export function sameSeries(question: QuestionOf<"series">, recorded: QuestionOf<"series">): boolean {
  const meaning = ({ signal, side, by }: QuestionOf<"series">) => canonicalJson([signal, side ?? "server", [...(by ?? [])].sort()]);
  return meaning(question) === meaning(recorded);
}

function preferenceOf(question: Question, recorded: Question, data: EvidenceData): number {
  if (question.about === "series" && data.about === "series" && recorded.about === "series")
    return sameSeries(question, recorded) ? question.statistics.indexOf(data.statistic) : -1;
  if (question.about === "rule" && recorded.about === "rule") return question.alert.name === recorded.alert.name ? 0 : -1;
  if (question.about === "topology" && recorded.about === "topology") return Math.max(0, question.depth - recorded.depth);
  if (question.about !== "logs" || recorded.about !== "logs") return 0;
  if ((question.want === "handovers") !== (recorded.want === "handovers")) return -1;
  if (recorded.levels.length === 0) return 0;
  const missing = question.levels.filter((level) => !recorded.levels.includes(level)).length;
  if (question.levels.length === 0) return 1;
  return missing === question.levels.length ? -1 : missing;
}

function timeOf(question: Question, answer: Answered, asOfMs: number): { span: Span; full: boolean; overlap: number } | null {
  const asked = askedSpan(question, asOfMs);
  if (asked.fromMs > asOfMs) return null;
  if (question.about === "topology") return { span: asked, full: true, overlap: 0 };
  const { question: recorded, coverage } = answer;
  if ("as_of" in recorded && "as_of" in question) {
    const atMs = ms(recorded.as_of);
    if (atMs > askedSpan(question, asOfMs).toMs) return null;
    return { span: { fromMs: atMs, toMs: atMs }, full: atMs === asked.toMs, overlap: atMs };
  }
  if (!("window" in recorded)) return null;
  const window = spanOf(recorded.window);
  const has = cutAt({ fromMs: coverage.from === null ? window.fromMs : ms(coverage.from), toMs: ms(coverage.to) }, asOfMs);
  const overlap = overlapMs(asked, has);
  if (overlap < 0 || (overlap === 0 && asked.toMs > asked.fromMs)) return null;
  const slackMs = stepOf(answer);
  const full = has.fromMs - asked.fromMs <= slackMs && asked.toMs - has.toMs <= slackMs;
  return { span: intersection(asked, has), full, overlap };
}

function stepOf(answer: Answered): number {
  return "step_ms" in answer.data ? answer.data.step_ms : 0;
}

/** What a recorded answer says to a question; null when it says nothing. */
export function candidateOf(answer: Answered, question: Question, known: { asOfMs: number; places: Places }): Candidate | null {
  if (answer.question.about !== question.about || answer.data.about !== question.about) return null;
  const keys = coveredKeys(question, answer, known.places);
  const preference = preferenceOf(question, answer.question, answer.data);
  if (keys.length === 0 || preference < 0) return null;
  const time = timeOf(question, answer, known.asOfMs);
  if (time === null) return null;
  const exact = canonicalJson(answer.question) === canonicalJson(question);
  return { answer, keys, span: time.span, exact, full: time.full, preference, overlapMs: time.overlap, stepMs: stepOf(answer) };
}
