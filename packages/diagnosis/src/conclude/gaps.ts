import { byCodeUnit, evidenceId } from "@sre/contracts/canonical";
import { subjectsOf, type Answer, type Answered, type EntityId, type Gap, type Question, type Scope } from "@sre/contracts/evidence";
import { diagnosisLimits } from "../limits.ts";
import { gapReasons, gapWords, questionWords } from "../messages/gaps.ts";
import { fill, spoken } from "../messages/words.ts";
import { firstQuestions } from "../plan/first-round.ts";
import type { Seen } from "../seen/seen.ts";
import { signalKey } from "../seen/series.ts";
import { covers, ms } from "../time.ts";

/* What is not known, and whether knowing it could change the verdict. */

const measurable: ReadonlySet<string> = new Set(["golden:errors", "golden:latency"]);

/** The part of a question that makes two of them about the same: the kind of evidence and whom it is about. */
function meaning(question: Question, subject: string): string {
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
  if (data.about === "rule")
    return data.rows.some((row) => row.values.some((value) => value !== null)) || data.fired.length > 0 || data.threshold !== null;
  return true;
}

/** Everything that some source told, by meaning. */
export function toldMeanings(seen: Seen): ReadonlySet<string> {
  const told = new Set<string>();
  for (const answer of seen.answers) {
    if (answer.kind !== "answered" || isSeason(seen.scope, answer.question)) continue;
    for (const subject of subjectsOf(answer.question)) if (tells(answer, subject)) told.add(meaning(answer.question, subject));
  }
  return told;
}

type Weight = Gap["could_change"];

/** The kinds of evidence that a verdict stands on. Without one of them it is at most likely. */
function weightOf(seen: Seen, question: Question, context: GapContext): Weight {
  if (isSeason(seen.scope, question)) return "nothing";
  const focused = subjectsOf(question).some((subject) => context.focus.has(seen.graph.component(subject as EntityId)));
  switch (question.about) {
    case "rule":
      return "verdict";
    case "series":
      if (!measurable.has(signalKey(question.signal))) return focused && context.undecided ? "order" : "nothing";
      return focused ? "verdict" : "order";
    case "objects":
    case "events":
      return "verdict";
    case "logs":
      return focused ? "verdict" : "order";
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
}

interface Missing {
  readonly answer: Pick<Answer, "id" | "source" | "question">;
  readonly because: string;
  readonly detail: string;
}

function missingAnswers(seen: Seen, told: ReadonlySet<string>): Missing[] {
  return seen.answers.flatMap((answer): Missing[] => {
    const open = subjectsOf(answer.question).filter((subject) => !told.has(meaning(answer.question, subject)));
    if (answer.kind === "unanswered")
      return open.length === 0 && !isSeason(seen.scope, answer.question)
        ? []
        : [{ answer, because: answer.because, detail: answer.detail }];
    const { coverage, data } = answer;
    if (open.length > 0 && (data.about === "rule" || (data.about === "series" && !isSeason(seen.scope, answer.question)))) {
      return [{ answer, because: "no_data", detail: open.slice(0, 3).join(", ") }];
    }
    if (coverage.truncated_by !== undefined) return [{ answer, because: "truncated", detail: coverage.truncated_by }];
    return coverage.as_of === "now" ? [{ answer, because: "now_not_then", detail: coverage.to }] : [];
  });
}

/** Questions of the first round that nobody answered in any way. */
function neverAsked(seen: Seen): Missing[] {
  const asked = new Set(seen.answers.flatMap(({ question }) => subjectsOf(question).map((subject) => meaning(question, subject))));
  const open = firstQuestions(seen.scope).filter(
    (question) => !isSeason(seen.scope, question) && subjectsOf(question).every((subject) => !asked.has(meaning(question, subject))),
  );
  return open.map((question) => ({ answer: { id: evidenceId(question, ""), source: "", question }, because: "not_asked", detail: "" }));
}

const lightReasons: ReadonlySet<string> = new Set(["truncated", "now_not_then"]);

function gapOf(seen: Seen, missing: Missing, context: GapContext): Gap {
  const { question, id, source } = missing.answer;
  const full = weightOf(seen, question, context);
  const could_change: Weight = lightReasons.has(missing.because) ? (full === "verdict" ? "order" : full) : full;
  const subject = subjectsOf(question)[0] as EntityId;
  const signal = question.about === "series" ? signalKey(question.signal) : question.about;
  const words = {
    subject: spoken(subject),
    what: questionWords[signal] ?? questionWords[question.about],
    reason: gapReasons[missing.because] ?? gapReasons["other"],
  };
  const text = fill(
    gapWords[could_change],
    {},
    Object.fromEntries(Object.entries(words).map(([key, word]) => [key, word ?? { en: "?", "zh-TW": "?" }])),
  );
  return { evidence: id, source, question, because: missing.because, detail: missing.detail, could_change, text };
}

const weightOrder: readonly Weight[] = ["verdict", "order", "nothing"];

/** Everything that is missing, what could change the verdict first. */
export function gapsOf(seen: Seen, context: GapContext): Gap[] {
  const missing = [...missingAnswers(seen, toldMeanings(seen)), ...neverAsked(seen)];
  const gaps = missing.map((each) => gapOf(seen, each, context));
  const order = (gap: Gap) => weightOrder.indexOf(gap.could_change);
  return gaps.sort((a, b) => order(a) - order(b) || byCodeUnit(a.evidence, b.evidence)).slice(0, diagnosisLimits.gapsMax);
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
