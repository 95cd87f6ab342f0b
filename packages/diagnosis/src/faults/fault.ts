import type { Template } from "../messages/words.ts";
import type { FindingKind } from "../messages/findings.ts";
import type { ActionId } from "../propose/actions.ts";

/** Where a fault lives: the object that a person would change. */
export type FaultHome = "workload" | "service" | "node" | "namespace" | "self";

/** Another title of a fault, for what shows it `by` that finding and by none of `unless`. */
interface TitleVariant {
  readonly by: FindingKind;
  readonly unless?: readonly FindingKind[];
  readonly title: Template;
}

export interface Fault {
  readonly category:
    | "runtime"
    | "startup"
    | "scheduling"
    | "admission"
    | "storage"
    | "routing"
    | "network"
    | "node"
    | "capacity"
    | "dependency"
    | "change"
    | "unknown";
  readonly home: FaultHome;
  /** Coarser names of the same fault: they are not told where this one is. */
  readonly refines?: readonly string[];
  readonly title: Template;
  /** What it is called instead where something else, or something more, shows it. */
  readonly titled?: TitleVariant;
  /** What shows it, and how surely: the chance that this finding alone means this fault. */
  readonly shownBy: Partial<Record<FindingKind, number>>;
  /** What makes it surer once something has shown it. */
  readonly supportedBy: Partial<Record<FindingKind, number>>;
  /** Findings that leave no other reading. */
  readonly decisive: readonly FindingKind[];
  readonly speaksAgainst: Template;
  /** What it may be a mere consequence of. */
  readonly follows: { readonly callee: boolean; readonly node: boolean; readonly here: readonly string[] };
  readonly settledBy: Template;
  readonly settlingSignal: "errors" | "latency" | "traffic" | "saturation" | "objects" | "events" | "pool" | "memory" | "disk" | "cpu";
  /** Actions in order; those that undo a change are put in front when one is to blame. */
  readonly plan: readonly ActionId[];
}

export const text = (en: string, zh: string): Template => ({ en, "zh-TW": zh });
/** A fault that is nobody's consequence. */
export const never = { callee: false, node: false, here: [] } as const;
