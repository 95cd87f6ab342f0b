import { canonicalJson } from "@sre/contracts/canonical";
import { subjectsOf, type Answer, type Question, type Scope } from "@sre/contracts/evidence";
import { detectFindings } from "../detect/detect.ts";
import { diagnosisLimits } from "../limits.ts";
import { refineScope } from "../scope/scope.ts";
import { readEvidence } from "../seen/seen.ts";
import { covers } from "../time.ts";
import { firstQuestions } from "./first-round.ts";
import { laterQuestions } from "./later-rounds.ts";
import { laterLogs } from "./logs-to-read.ts";

/** What a question asks, its subjects and its time aside. */
function form(question: Question): string {
  switch (question.about) {
    case "series":
      return canonicalJson([
        question.about,
        question.signal,
        question.side,
        question.by,
        question.statistics.length === 1 ? question.statistics : [],
      ]);
    case "objects":
      return canonicalJson([question.about, question.kinds]);
    case "logs":
      return canonicalJson([question.about, question.want]);
    case "rule":
      return canonicalJson([question.about, question.alert.name]);
    case "topology":
    case "changes":
    case "alerts":
    case "events":
    case "calls":
    case "checks":
      return question.about;
  }
}

const gridSlackMs = 60_000;

function sameTime(asked: Question, wanted: Question): boolean {
  if (!("window" in asked) || !("window" in wanted)) return true;
  if ("step_seconds" in asked && "step_seconds" in wanted && asked.step_seconds > wanted.step_seconds) return false;
  return covers(asked.window, wanted.window, gridSlackMs);
}

/** The subjects of a question that no earlier question asked about in the same way over the same time. */
function open(question: Question, asked: readonly Question[]): readonly string[] {
  const same = asked.filter((other) => form(other) === form(question) && sameTime(other, question));
  const known = new Set(same.flatMap((other) => subjectsOf(other)));
  return subjectsOf(question).filter((subject) => !known.has(subject));
}

/** The part of a question that is still open; null when nothing is. */
function remaining(question: Question, asked: readonly Question[]): Question | null {
  const subjects = open(question, asked);
  if (subjects.length === 0) return null;
  return "of" in question && Array.isArray(question.of) ? ({ ...question, of: [...subjects] } as Question) : question;
}

/**
 * The questions of a round, by meaning, never one that was asked before; empty when there is nothing more to ask. Round 1
 * asks about what the alerts name, round 2 about neighbours and suspects, round 3 what those turned up.
 */
export function planQuestions(given: Scope, answers: readonly Answer[], round: 1 | 2 | 3): Question[] {
  const scope = refineScope(given, answers);
  const asked = [...new Map(answers.map(({ question }) => [canonicalJson(question), question])).values()];
  const room = Math.max(0, diagnosisLimits.questionsMax - asked.length);
  if (round === 1) return stillOpen(firstQuestions(scope), asked).slice(0, room);
  const seen = readEvidence(scope, answers);
  const findings = detectFindings(seen);
  const others = stillOpen([...firstQuestions(scope), ...laterQuestions(seen, findings, round)], asked);
  // What the second round asks of everything shows whose logs are worth reading; the third has nothing better to ask.
  const logs = laterLogs(seen, findings, round === 2 ? room - others.length : room);
  const planned = round === 2 ? [...others, ...logs] : [...logs, ...others];
  return stillOpen(planned, asked).slice(0, room);
}

/** The questions without what was asked before, or stands earlier among them. */
function stillOpen(questions: readonly Question[], asked: readonly Question[]): Question[] {
  const planned: Question[] = [];
  for (const question of questions) {
    const rest = remaining(question, [...asked, ...planned]);
    if (rest !== null) planned.push(rest);
  }
  return planned;
}
