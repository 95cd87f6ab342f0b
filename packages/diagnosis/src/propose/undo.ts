import type { EntityId, LocalizedText } from "@sre/contracts/evidence";
import { isWorkload, kindOf } from "../entities.ts";
import type { Scored } from "../explain/candidate.ts";
import { changeTitle, isCreation, type SeenChange } from "../explain/changes.ts";
import { homeOf } from "../explain/home.ts";
import type { Seen } from "../seen/seen.ts";
import type { ActionArguments, ActionId, Words } from "./actions.ts";

/* What undoes the change that is blamed. */

/** A step of a plan before it is worded. */
export interface Proposed {
  readonly action: ActionId;
  readonly target: EntityId;
  readonly args: ActionArguments;
  /** Values of its texts that differ by language. */
  readonly words?: Words;
}

const formerRevision: LocalizedText = { en: "its former revision", "zh-TW": "前一版" };
const notRecorded: LocalizedText = { en: "how that was is not recorded", "zh-TW": "先前的內容未記錄" };

const revisionIn = (change: SeenChange): number | null => {
  const number = /^rollout\/.*\/(\d+)$/.exec(change.id)?.[1];
  return number === undefined ? null : Number(number);
};

/**
 * The revision that a rollout replaced: that of the rollout before it. Only a rollout that the cluster itself tells of has a
 * number; of a change that somebody reported nobody knows which revision is its own, and "undo" alone goes one back.
 */
function replacedRevision(seen: Seen, change: SeenChange): number | null {
  const own = revisionIn(change);
  if (change.origin !== "rollout" || own === null) return null;
  const told = /^revision (\d+)$/.exec(change.from ?? "")?.[1];
  if (told !== undefined) return Number(told) > 0 ? Number(told) : null;
  const numbers = seen.changes.filter(({ entity, origin }) => entity === change.entity && origin === "rollout").map(revisionIn);
  const before = numbers.filter((number): number is number => number !== null && number < own);
  return before.length === 0 ? null : Math.max(...before);
}

function rolledBack(seen: Seen, change: SeenChange, target: EntityId): Proposed {
  const revision = replacedRevision(seen, change);
  const known = { change: change.id, title: changeTitle(change) };
  if (revision === null) return { action: "kubernetes.rollout_undo", target, args: known, words: { revision: formerRevision } };
  const words = { revision: { en: `revision ${revision}`, "zh-TW": `第 ${revision} 版` } };
  return { action: "kubernetes.rollout_undo", target, args: { ...known, to_revision: revision }, words };
}

/** "KEY=value" on one line, as a person reports a setting; null for anything else. */
function settingIn(text: string): { key: string; value: string } | null {
  const match = /^([\w.-]{1,100})=(\S{0,200})$/.exec(text);
  return match?.[1] === undefined ? null : { key: match[1], value: match[2] ?? "" };
}

const isVariable = (key: string) => /^[A-Z_][A-Z0-9_]*$/.test(key);

function configured(change: SeenChange, target: EntityId): Proposed {
  const known = { change: change.id, title: changeTitle(change) };
  const setting = settingIn(change.from ?? "");
  const whole = { ...known, ...setting };
  if (setting !== null && kindOf(target) === "config") return { action: "config.restore_entry", target, args: whole };
  if (setting !== null && isWorkload(target) && isVariable(setting.key))
    return { action: "config.restore_environment", target, args: whole };
  return change.from === null
    ? { action: "config.revert", target, args: known, words: { former: notRecorded } }
    : { action: "config.revert", target, args: { ...known, former: change.from } };
}

/** What undoes the change that is blamed; null for kinds that no single action undoes. */
export function undo(seen: Seen, { change, entity }: Scored): Proposed | null {
  // A first rollout has nothing to go back to.
  if (change === null || isCreation(change)) return null;
  const workload = isWorkload(change.entity) ? change.entity : (homeOf(seen, "workload", { entity }) ?? entity);
  // Whatever a rollout changed stands in the pod template, which a revision holds as a whole.
  if (change.kind === "deployment" || change.origin === "rollout") return rolledBack(seen, change, workload);
  if (change.kind !== "config" && change.kind !== "flag") return null;
  return configured(change, kindOf(change.entity) === "config" ? change.entity : workload);
}
