import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, Finding, Question, Scope } from "@sre/contracts/evidence";
import { kindOf, measuredAs } from "../entities.ts";
import { roleOf } from "../finding.ts";
import { diagnosisLimits } from "../limits.ts";
import type { Seen } from "../seen/seen.ts";
import { ms } from "../time.ts";
import { neighbours } from "./neighbours.ts";
import { orderOf, upTo } from "./order.ts";
import { logsQuestion } from "./questions.ts";

/** A log that is worth reading: groups in order, then by what speaks for it. */
interface Choice {
  readonly id: EntityId;
  readonly group: number;
  readonly first: number;
  readonly second: number;
}

function strongest(seen: Seen, findings: readonly Finding[]): ReadonlyMap<EntityId, number> {
  const most = new Map<EntityId, number>();
  for (const { entity, strength } of findings) {
    const component = seen.graph.component(entity);
    most.set(component, Math.max(most.get(component) ?? 0, strength));
  }
  return most;
}

/**
 * Components that add something by themselves, whoever adds most first, then what they call: it may have made them do so. Then
 * those around what alerts that show anything unusual, the strongest first, then the nearest.
 */
function choices(seen: Seen, findings: readonly Finding[]): Choice[] {
  const around = neighbours(seen);
  const own = strongest(seen, findings.filter((found) => roleOf(found) === "own")); // prettier-ignore
  const unusual = strongest(seen, findings.filter((found) => roleOf(found) !== "context")); // prettier-ignore
  const called = [...own].flatMap(([id, strength]) =>
    seen.graph.needs(id).map((need) => ({ id: need, group: 1, first: -strength, second: 0 })),
  );
  return [
    ...[...own].map(([id, strength]) => ({ id, group: 0, first: -strength, second: 0 })),
    ...called,
    ...around.flatMap(({ id }) => (unusual.has(id) ? [{ id, group: 2, first: -(unusual.get(id) ?? 0), second: 0 }] : [])),
    ...around.map(({ id, hop, shared }) => ({ id, group: 3, first: hop, second: -shared })),
  ];
}

/**
 * The logs that a later round reads, `room` of them at the very most: never chosen by their names, so that what stands equal at the
 * limit is read together or not.
 */
export function laterLogs(seen: Seen, findings: readonly Finding[], room: number): Question[] {
  const order = orderOf(seen, findings);
  const read = new Set(seen.answers.flatMap(({ question }) => (question.about === "logs" ? [question.of] : [])));
  const compare = (a: Choice, b: Choice) => a.group - b.group || a.first - b.first || a.second - b.second || order.compare(a.id, b.id);
  const sorted = choices(seen, findings).sort((a, b) => compare(a, b) || byCodeUnit(a.id, b.id));
  const best = new Map<EntityId, Choice>();
  for (const choice of sorted) if (!best.has(choice.id)) best.set(choice.id, choice);
  const open = [...best.values()].filter(({ id }) => hasLog(id) && !read.has(measuredAs(id)));
  const chosen = upTo(open, { max: diagnosisLimits.logQuestionsPerRoundMax, room }, (a, b) => compare(a, b) === 0);
  return [...new Set(chosen.map(({ id }) => measuredAs(id)))].map((of) => logsQuestion(seen.scope, of));
}

const logless: ReadonlySet<string> = new Set(["node", "config", "secret", "quota", "namespace", "cluster", "claim", "volume", "identity", "policy", "database"]); // prettier-ignore
const hasLog = (id: EntityId): boolean => !logless.has(kindOf(id));

/** The logs that the first round reads: of what alerts, the earliest first. */
export function firstLogs(scope: Scope, measured: readonly EntityId[]): Question[] {
  const since = new Map<EntityId, number>();
  for (const { entity, starts_at: at } of scope.alerts) {
    const id = measuredAs(entity);
    since.set(id, Math.min(since.get(id) ?? Number.POSITIVE_INFINITY, ms(at)));
  }
  const began = (id: EntityId) => since.get(id) ?? Number.POSITIVE_INFINITY;
  const logged = measured.filter((id) => kindOf(id) !== "database").sort((a, b) => Math.sign(began(a) - began(b)) || byCodeUnit(a, b));
  const max = diagnosisLimits.logQuestionsPerRoundMax;
  return upTo(logged, { max, room: max * 2 }, (a, b) => began(a) === began(b)).map((of) => logsQuestion(scope, of));
}
