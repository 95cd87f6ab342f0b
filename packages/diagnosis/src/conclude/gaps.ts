import { byCodeUnit, evidenceId } from "@sre/contracts/canonical";
import { subjectsOf, type Answer, type Answered, type EntityId, type Gap, type LocalizedText, type Question, type Scope, type Verdict } from "@sre/contracts/evidence"; // prettier-ignore
import { diagnosisLimits } from "../limits.ts";
import { kindOf, namespaceOf } from "../entities.ts";
import { gapReasons, gapWords, questionWords } from "../messages/gaps.ts";
import { enumerated, fill, spoken } from "../messages/words.ts";
import { firstQuestions } from "../plan/first-round.ts";
import type { Seen } from "../seen/seen.ts";
import { signalKey } from "../seen/series.ts";
import { covers, ms } from "../time.ts";

/* What is not known, and whether knowing it could change the verdict. */

const measurable: ReadonlySet<string> = new Set(["golden:errors", "golden:latency"]);

/** What makes two questions about the same: the kind of evidence, and the component that it is about. */
function meaning(seen: Seen, question: Question, named: string): string {
  const subject = seen.graph.component(named);
  const signal = question.about === "series" ? signalKey(question.signal) : "";
  const kinds = question.about === "objects" ? (question.kinds.includes("node") ? "node" : "pod") : "";
  return `${question.about} ${signal}${kinds} ${subject}`;
}

function isSeason(scope: Scope, question: Question): boolean {
  return question.about === "series" && ms(question.window.to) < ms(scope.window.from);
}

/** Whether an answer says something of the subject: rows of a series, samples of a rule, or any look at the others. */
function tells(answer: Answered, subject: string): boolean {
  const { data } = answer;
  if (data.about === "series") return data.rows.some((row) => row.of === subject && row.values.some((value) => value !== null));
  if (data.about === "rule") return data.rows.some((row) => row.values.some((value) => value !== null)) || data.fired.length > 0;
  return true;
}

/** Everything that some source told, by meaning. */
function toldMeanings(seen: Seen): ReadonlySet<string> {
  const told = new Set<string>();
  for (const answer of seen.answers) {
    if (answer.kind !== "answered" || isSeason(seen.scope, answer.question)) continue;
    for (const subject of subjectsOf(answer.question)) if (tells(answer, subject)) told.add(meaning(seen, answer.question, subject));
  }
  return told;
}

type Weight = Gap["could_change"];

/** Whether one of the subjects is, holds or lies in what the verdict stands on. */
function isFocused(seen: Seen, subjects: readonly EntityId[], focus: ReadonlySet<EntityId>): boolean {
  const places = new Set([...focus].map(namespaceOf));
  return subjects.some((subject) => focus.has(seen.graph.component(subject)) || (kindOf(subject) === "namespace" && places.has(subject)));
}

/** How much a missing answer weighs: a verdict that stands without its rule, signals, objects or logs is at most likely. */
function weightOf(question: Question, context: { focused: boolean; undecided: boolean }): Weight {
  switch (question.about) {
    case "rule":
      return "verdict";
    case "series":
      if (!measurable.has(signalKey(question.signal))) return context.focused && context.undecided ? "order" : "nothing";
      return context.focused ? "verdict" : "order";
    case "logs":
      if (question.want === "handovers") return "nothing";
      return context.focused ? "verdict" : "order";
    case "objects":
    case "events":
      return context.focused ? "verdict" : "order";
    case "changes":
    case "topology":
      return "order";
    case "alerts":
    case "calls":
    case "checks":
      return "nothing";
  }
}

export interface GapContext {
  /** Components whose evidence the verdict stands on: what alerts, and the first cause. */
  readonly focus: ReadonlySet<EntityId>;
  readonly undecided: boolean;
  /** What was seen leaves no other reading of the first cause. */
  readonly settled: boolean;
}

interface Missing {
  readonly answer: Pick<Answer, "id" | "source" | "question">;
  /** Those of the question's subjects of which nobody told anything. */
  readonly subjects: readonly EntityId[];
  readonly because: string;
  readonly detail: string;
}

function missingIn(seen: Seen, answer: Answer, told: ReadonlySet<string>): Missing[] {
  const all = subjectsOf(answer.question) as readonly EntityId[];
  const open = all.filter((subject) => !told.has(meaning(seen, answer.question, subject)));
  const season = isSeason(seen.scope, answer.question);
  if (answer.kind === "unanswered") {
    return open.length === 0 || season ? [] : [{ answer, subjects: open, because: answer.because, detail: answer.detail }];
  }
  const { coverage, data } = answer;
  if (open.length > 0 && !season && (data.about === "rule" || data.about === "series"))
    return [{ answer, subjects: open, because: "no_data", detail: "" }];
  if (coverage.truncated_by !== undefined) return [{ answer, subjects: all, because: "truncated", detail: coverage.truncated_by }];
  return coverage.as_of === "now" ? [{ answer, subjects: all, because: "now_not_then", detail: coverage.to }] : [];
}

/** Questions of the first round that nobody answered in any way. */
function neverAsked(seen: Seen): Missing[] {
  const asked = new Set(seen.answers.flatMap(({ question }) => subjectsOf(question).map((subject) => meaning(seen, question, subject))));
  const open = firstQuestions(seen.scope).filter(
    (question) => !isSeason(seen.scope, question) && subjectsOf(question).every((subject) => !asked.has(meaning(seen, question, subject))),
  );
  return open.map((question) => {
    const subjects = subjectsOf(question) as readonly EntityId[];
    return { answer: { id: evidenceId(question, ""), source: "", question }, subjects, because: "not_asked", detail: "" };
  });
}

const lightReasons: ReadonlySet<string> = new Set(["truncated", "now_not_then"]);

// What has no such signal at all, such as a worker without requests, is not hiding it.
const noSuchSignal: ReadonlySet<string> = new Set(["no_data", "unknown_signal"]);
const noWord = { en: "?", "zh-TW": "?" };

/** An installation that does not measure a thing has nothing to say on it; a source that failed may have. */
export const unmeasured: ReadonlySet<string> = new Set(["not_configured", "not_recorded", "no_data", "unknown_signal"]);

function weighsLittle({ answer: { question }, because }: Missing, { settled }: GapContext): boolean {
  if (lightReasons.has(because)) return true;
  if (question.about === "series" && noSuchSignal.has(because)) return true;
  return settled && unmeasured.has(because);
}

type Asked = Missing["answer"];
type IsLost = (asked: Asked) => boolean;

const hasFailed = (answer: Answer): boolean => answer.kind === "unanswered" && !unmeasured.has(answer.because);

/** What failed whenever it was asked: one that keeps evidence, or all that keep one kind of it. */
function lostIn({ answers }: Seen): IsLost {
  const lost = (of: (asked: Asked) => string): ReadonlySet<string> => {
    const told = new Set(answers.filter(({ kind }) => kind === "answered").map(of));
    return new Set(answers.filter((answer) => hasFailed(answer) && !told.has(of(answer))).map(of));
  };
  const [sources, kinds] = [lost(({ source }) => source), lost(({ question }) => question.about)];
  return ({ source, question }) => sources.has(source) || kinds.has(question.about);
}

function weightIn(seen: Seen, missing: Missing, context: GapContext & { isLost: IsLost }): Weight {
  const { answer, subjects } = missing;
  // A source that cannot be reached may know of something else: nothing is beyond doubt until it is back.
  if (context.isLost(answer) && !unmeasured.has(missing.because)) return "verdict";
  const full = weightOf(answer.question, { focused: isFocused(seen, subjects, context.focus), undecided: context.undecided });
  return full === "verdict" && weighsLittle(missing, context) ? "order" : full;
}

const signalOf = (question: Question): string => (question.about === "series" ? signalKey(question.signal) : question.about);
const wordOf = (question: Question): LocalizedText => questionWords[signalOf(question)] ?? questionWords[question.about] ?? noWord;

/** What is missing, as a person says it: "the log of service cart". */
export function subjectOf({ question }: Pick<Gap, "question">): LocalizedText {
  const [what, subject] = [wordOf(question), enumerated((subjectsOf(question) as readonly EntityId[]).map(spoken))];
  return fill({ en: "{what} {subject}", "zh-TW": "{subject} 的{what}" }, {}, { what, subject });
}

/** A gap before it is put in words: what it could change is said by the verdict. */
export interface FoundGap extends Omit<Gap, "text"> {
  readonly words: Readonly<Record<"subject" | "what" | "reason", LocalizedText>>;
}

const namedMax = 3;

/** What is missing for one reason and weighs the same is one gap: forty logs that nobody kept are one thing to know. */
function gapOf(could_change: Weight, same: readonly Missing[]): FoundGap[] {
  const [first] = [...same].sort((a, b) => byCodeUnit(a.answer.id, b.answer.id));
  if (first === undefined) return [];
  const { answer, because, detail } = first;
  const { question, id, source } = answer;
  const subjects = [...new Set(same.flatMap((each) => each.subjects))].sort(byCodeUnit);
  const words = { subject: enumerated(subjects.map(spoken), namedMax), what: wordOf(question), reason: gapReasons[because] ?? gapReasons["other"] ?? noWord };
  return [{ evidence: id, source, question, because, detail, could_change, words }];
} // prettier-ignore

// A limit that no source measures is no gap in what is known: hardly any service has all of them.
const absentReasons: ReadonlySet<string> = new Set(["unknown_signal", "not_recorded", "no_data"]);
const isWorthSaying = ({ could_change, because }: FoundGap) => could_change !== "nothing" || !absentReasons.has(because);

const weightOrder: readonly Weight[] = ["verdict", "order", "nothing"];
const kindOrder = Object.keys(questionWords);

function byWeight(a: FoundGap, b: FoundGap): number {
  const weight = (gap: FoundGap) => weightOrder.indexOf(gap.could_change);
  const kind = ({ question }: FoundGap) => kindOrder.indexOf(signalOf(question));
  return weight(a) - weight(b) || kind(a) - kind(b) || byCodeUnit(a.evidence, b.evidence);
}

/** Everything that is missing: what could change the verdict first, and of that what tells most directly how the alert stands. */
export function gapsOf(seen: Seen, context: GapContext): FoundGap[] {
  const told = toldMeanings(seen);
  const missing = [...seen.answers.flatMap((answer) => missingIn(seen, answer, told)), ...neverAsked(seen)];
  const isLost = lostIn(seen);
  const weighed = missing.map((each) => ({ each, weight: weightIn(seen, each, { ...context, isLost }) }));
  const alike = Map.groupBy(weighed, ({ each, weight }) => `${weight} ${each.because} ${signalOf(each.answer.question)}`);
  const gaps = [...alike.values()]
    .flatMap((same) => gapOf(same[0]?.weight ?? "nothing", same.map(({ each }) => each)))
    .filter(isWorthSaying); // prettier-ignore
  return gaps.sort(byWeight).slice(0, diagnosisLimits.gapsMax);
}

/** A gap in words. What could change the order of causes cannot move one that is confirmed. */
export function saidOf({ words, ...gap }: FoundGap, verdict: Verdict): Gap {
  const effect = verdict === "confirmed" && gap.could_change === "order" ? "further" : gap.could_change;
  return { ...gap, text: fill(gapWords[effect], {}, words) };
}

// An answer may end a little before `as_of`: scrapes and steps are not aligned with alerts.
const coverageSlackMs = 5 * 60_000;
const missingShareMax = 0.3;

/** Whether some answer about the signal of an entity covers the whole window, nearly without holes. */
export function isCovered(seen: Seen, entity: string, signal: string): boolean {
  return seen.answers.some((answer) => {
    if (answer.kind !== "answered" || !subjectsOf(answer.question).includes(entity) || !tells(answer, entity)) return false;
    const about = answer.question.about === "series" ? signalKey(answer.question.signal) : answer.question.about;
    const { coverage } = answer;
    return about === signal && covers(coverage, seen.scope.window, coverageSlackMs) && coverage.missing_share <= missingShareMax;
  });
}
