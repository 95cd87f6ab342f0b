import type { EntityId, Plan, PlanStep, Verdict } from "@sre/contracts/evidence";
import { isNode, isWorkload, kindOf } from "../entities.ts";
import { changeTitle, isCreation, type SeenChange } from "../explain/changes.ts";
import type { Scored } from "../explain/candidate.ts";
import { homeOf } from "../explain/home.ts";
import { faultOf } from "../faults/catalogue.ts";
import type { Seen } from "../seen/seen.ts";
import { actionOf, commandOf, worded, type ActionArguments, type ActionId } from "./actions.ts";
import { argumentsFor } from "./arguments.ts";
import { errorsAfter, settlingQuestion } from "./verification.ts";

interface Proposed {
  readonly action: ActionId;
  readonly target: EntityId;
  readonly args: ActionArguments;
}

function changeArguments(change: SeenChange): ActionArguments {
  const known = { change: change.id, title: changeTitle(change), former: change.from ?? "?" };
  return change.from === null ? known : { ...known, from: change.from };
}

/** What undoes the change that is blamed; null for kinds that no single action undoes. */
function undo(seen: Seen, { change, entity }: Scored): Proposed | null {
  // A first rollout has nothing to go back to.
  if (change === null || isCreation(change)) return null;
  const workload = isWorkload(change.entity) ? change.entity : (homeOf(seen, "workload", { entity }) ?? entity);
  if (change.kind === "deployment") return { action: "kubernetes.rollout_undo", target: workload, args: changeArguments(change) };
  if (change.kind !== "config" && change.kind !== "flag") return null;
  const target = kindOf(change.entity) === "config" ? change.entity : workload;
  return { action: "config.revert", target, args: changeArguments(change) };
}

function fits(action: ActionId, target: EntityId): boolean {
  const { on } = actionOf(action);
  if (on === "service") return kindOf(target) === "service";
  return on === undefined || (on === "node" ? isNode(target) : isWorkload(target) && kindOf(target) !== "job");
}

// kubectl works on workloads and nodes: what is said of a service is done to the workload behind it.
function targetOf(seen: Seen, entity: EntityId): EntityId {
  return isNode(entity) ? entity : (homeOf(seen, "workload", { entity }) ?? entity);
}

function catalogued(seen: Seen, cause: Scored): Proposed[] {
  const target = targetOf(seen, cause.entity);
  return faultOf(cause.fault).plan.flatMap((action) => {
    const args = fits(action, target) ? argumentsFor(seen, action, target) : null;
    return args === null ? [] : [{ action, target, args }];
  });
}

function stepOf(seen: Seen, cause: Scored, { proposed, index }: { proposed: Proposed; index: number }): PlanStep {
  const { action: id, target, args } = proposed;
  const action = actionOf(id);
  const hurt = cause.explains[0] ?? cause.entity;
  const verification =
    action.verifies === "none"
      ? null
      : action.verifies === "errors"
        ? errorsAfter(seen, hurt)
        : settlingQuestion(seen, cause.fault, cause.entity);
  return {
    id: `step-${index + 1}`,
    action: id,
    target,
    arguments: { ...args },
    command: commandOf(action, target, args),
    title: worded(action.title, target, args),
    expected_effect: worded(action.effect, target, args),
    risk: action.risk,
    reversible: action.reversible,
    mutates: action.mutates,
    verification,
  };
}

/**
 * The plan for the first cause: what undoes its change, else what its fault's catalogue entry names. What is changed comes first, what is
 * looked at follows; an inconclusive verdict proposes nothing that changes anything. Nothing wrong: no step.
 */
export function propose(seen: Seen, verdict: Verdict, cause: Scored | undefined): Plan {
  if (cause === undefined || verdict === "nothing_wrong") return { for_cause: null, requires_approval: false, steps: [] };
  const undoing = undo(seen, cause);
  const usable = undoing !== null && fits(undoing.action, undoing.target) ? [undoing] : [];
  const own = catalogued(seen, cause);
  const looking = own.filter(({ action }) => !actionOf(action).mutates);
  const acting = usable.length > 0 ? usable : own.filter(({ action }) => actionOf(action).mutates);
  const chosen = verdict === "inconclusive" ? looking : [...acting, ...looking];
  const steps = chosen.map((proposed, index) => stepOf(seen, cause, { proposed, index }));
  return { for_cause: 1, requires_approval: steps.some(({ mutates }) => mutates), steps };
}
