import type { Answer, ClusterObject, EntityId, Finding } from "@sre/contracts/evidence";
import { detectFindings } from "../detect/detect.ts";
import { planQuestions, scopeOf } from "../index.ts";
import { readEvidence } from "../seen/seen.ts";
import { ago, alert, asOf } from "./builders.ts";
import { answerOf, emptyWorld, id, type World } from "./world.ts";

// A source that lists completely names each kind that it lists.
const listed = (answer: Answer): Answer =>
  answer.kind !== "answered" || answer.question.about !== "objects"
    ? answer
    : { ...answer, coverage: { ...answer.coverage, by_kind: Object.fromEntries(answer.question.kinds.map((kind) => [kind, "answered"])) } };

/** What is found after one round in a world that alerts on cart; `complete` lists say which kinds they hold. */
export function detected(more: Partial<World>, complete = true): Finding[] {
  const world: World = { ...emptyWorld(asOf), alerts: [alert("A", id("service", "cart"), 10)], ...more };
  const scope = scopeOf({ asOf, alerts: world.alerts, entities: [], deployment: null });
  const answers = planQuestions(scope, [], 1).map((question) => answerOf(world, question));
  return detectFindings(readEvidence(scope, complete ? answers.map(listed) : answers));
}

export const kindsOf = (found: readonly Finding[]): Set<string> => new Set(found.map(({ what }) => what));

/** A live object made ten minutes ago. */
export const object = (entity: EntityId, more: Partial<ClusterObject> = {}): ClusterObject => ({
  entity, view: "live", api_kind: "", generation: 1, created_at: ago(10), owner: null, labels: {}, spec: {}, status: {}, refs: [], ...more,
}); // prettier-ignore

/** The deployment of cart with one pod, as their specs are given. */
export function cartOf(input: { template?: Record<string, unknown>; pod?: Record<string, unknown>; status?: Record<string, unknown>; declared?: Record<string, unknown> }): ClusterObject[] {
  const [deployment, pod] = [id("deployment", "cart"), id("pod", "cart-5d4f8b9c7-x2x9z")];
  const declared = object(deployment, { view: "declared", spec: { template: { spec: input.declared ?? {} } } });
  return [
    object(deployment, { api_kind: "Deployment", spec: { replicas: 1, template: { spec: input.template ?? {} } }, status: { replicas: 1 } }),
    object(pod, { api_kind: "Pod", owner: deployment, spec: input.pod ?? {}, status: input.status ?? { phase: "Pending" } }),
    ...(input.declared === undefined ? [] : [declared]),
  ];
} // prettier-ignore
