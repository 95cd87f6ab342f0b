import type { EntityId, LocalizedText, Plan, PlanStep, Verdict } from "@sre/contracts/evidence";
import { isNode, isWorkload, kindOf, measuredAs } from "../entities.ts";
import type { Scored } from "../explain/candidate.ts";
import { homeOf } from "../explain/home.ts";
import { faultOf } from "../faults/catalogue.ts";
import { sentence, type Template } from "../messages/words.ts";
import type { Ranking } from "../rank.ts";
import type { Seen } from "../seen/seen.ts";
import { actionOf, commandOf, worded, type ActionId } from "./actions.ts";
import { argumentsFor } from "./arguments.ts";
import { isAddressable } from "./kubectl.ts";
import { undo, type Proposed } from "./undo.ts";
import { errorsAfter, settlingQuestion } from "./verification.ts";

const ofPods: ReadonlySet<ActionId> = new Set(["kubernetes.inspect_pods", "kubernetes.inspect_logs", "kubernetes.inspect_events"]);

// A place has pods, but no log of its own; what is seen of a node is told by the node.
function isOfPlace(action: ActionId, target: EntityId): boolean {
  if (isNode(target)) return ofPods.has(action);
  return kindOf(target) === "namespace" && action === "kubernetes.inspect_logs";
}

function fits(action: ActionId, target: EntityId): boolean {
  const { on } = actionOf(action);
  if (!isAddressable(target) || isOfPlace(action, target)) return false;
  if (on === "service") return kindOf(target) === "service";
  return on === undefined || (on === "node" ? isNode(target) : isWorkload(target) && kindOf(target) !== "job");
}

// What is said of a service is mostly done to the workload behind it, save what is done to the service itself.
function targetOf(seen: Seen, action: ActionId, entity: EntityId): EntityId {
  if (isNode(entity)) return entity;
  if (actionOf(action).on === "service") return measuredAs(seen.graph.component(entity));
  return homeOf(seen, "workload", { entity }) ?? entity;
}

function catalogued(seen: Seen, cause: Scored): Proposed[] {
  return faultOf(cause.fault).plan.flatMap((action) => {
    const target = targetOf(seen, action, cause.entity);
    const args = fits(action, target) ? argumentsFor(seen, action, { target, cause }) : null;
    return args === null ? [] : [{ action, target, args }];
  });
}

function said(template: Template, { target, args, words = {} }: Proposed): LocalizedText {
  const text = worded(template, { target, args, words });
  return { en: sentence(text.en), "zh-TW": text["zh-TW"] };
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
    title: said(action.title, proposed),
    expected_effect: said(action.effect, proposed),
    risk: action.risk,
    reversible: action.reversible,
    mutates: action.mutates,
    verification,
  };
}

// A cause that is rather wrong than right has no plan: the check that would settle it stands beside it.
const worthPlanning = 0.5;

/**
 * The plan for the first cause, where that is rather right than wrong: what undoes its change, else what its fault's catalogue entry names.
 * What is changed comes first, what is looked at follows; an inconclusive verdict proposes nothing that changes anything. Nothing wrong: no step.
 */
export function propose(seen: Seen, verdict: Verdict, { kept, causes }: Ranking): Plan {
  const [cause] = kept;
  if (cause === undefined || verdict === "nothing_wrong" || (causes[0]?.confidence ?? 0) < worthPlanning)
    return { for_cause: null, requires_approval: false, steps: [] };
  const undoing = undo(seen, cause);
  const usable = undoing !== null && fits(undoing.action, undoing.target) ? [undoing] : [];
  const own = catalogued(seen, cause);
  const looking = own.filter(({ action }) => !actionOf(action).mutates);
  const acting = usable.length > 0 ? usable : own.filter(({ action }) => actionOf(action).mutates);
  const chosen = verdict === "inconclusive" ? looking : [...acting, ...looking];
  const steps = chosen.map((proposed, index) => stepOf(seen, cause, { proposed, index }));
  return { for_cause: steps.length === 0 ? null : 1, requires_approval: steps.some(({ mutates }) => mutates), steps };
}
