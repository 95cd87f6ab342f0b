import { z } from "zod";
import { Instant, LocalizedText, Severity, Window } from "../shared/values.ts";
import { EvidenceId } from "./answer.ts";
import { EntityId } from "./entity.ts";
import { AlertRef, Question } from "./question.ts";

/** An alert as the diagnosis sees it: already resolved to an entity. */
export const ScopeAlert = AlertRef.extend({
  severity: Severity,
  starts_at: Instant,
  ends_at: Instant.nullable(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
});
export type ScopeAlert = z.infer<typeof ScopeAlert>;

/** What is to be explained, and as of when. */
export const Scope = z
  .object({
    as_of: Instant,
    window: Window.meta({ description: "in which the fault shows" }),
    baselines: z.array(Window).meta({ description: "outside the fault: just before, yesterday, last week" }),
    alerts: z.array(ScopeAlert),
    entities: z.array(EntityId).min(1),
    deployment: EntityId.nullable().meta({ description: "set when one deployment is to be judged" }),
  })
  .meta({ id: "Scope" });
export type Scope = z.infer<typeof Scope>;

export const EvidenceRef = z.object({
  id: EvidenceId,
  part: z.string().optional().meta({ description: "the row: an entity, a template, an event" }),
});
export type EvidenceRef = z.infer<typeof EvidenceRef>;

/** Something seen, worded from a catalogue; `strength` is 0 to 1. */
export const Finding = z
  .object({
    what: z.string().meta({ description: "id in the catalogue of findings" }),
    entity: EntityId,
    from: Instant.optional(),
    strength: z.number().min(0).max(1),
    evidence: z.array(EvidenceRef).min(1),
    values: z.record(z.string(), z.union([z.number(), z.string()])),
    text: LocalizedText,
  })
  .meta({ id: "Finding" });
export type Finding = z.infer<typeof Finding>;

/** A step of a plan: always an action of the catalogue with typed arguments, never a free-text command. */
export const PlanStep = z
  .object({
    id: z.string(),
    action: z.string().meta({ description: "id in the catalogue of actions, e.g. kubernetes.rollout_undo" }),
    target: EntityId,
    arguments: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    command: z.string().meta({ description: "the same action as a person would type it" }),
    title: LocalizedText,
    expected_effect: LocalizedText,
    risk: z.enum(["none", "low", "medium", "high"]),
    reversible: z.boolean(),
    mutates: z.boolean(),
    verification: Question.nullable(),
  })
  .meta({ id: "PlanStep" });
export type PlanStep = z.infer<typeof PlanStep>;

export const Plan = z
  .object({
    for_cause: z.number().int().nullable().meta({ description: "rank of the cause it cures" }),
    requires_approval: z.boolean(),
    steps: z.array(PlanStep),
  })
  .meta({ id: "Plan" });
export type Plan = z.infer<typeof Plan>;

/** An object and the kind of fault in it; exact ties share a rank. */
export const Cause = z
  .object({
    rank: z.number().int().positive(),
    entity: EntityId,
    fault: z.string().meta({ description: "id in the catalogue of faults, or unknown" }),
    title: LocalizedText,
    where: z.array(EntityId).meta({ description: "the objects to change" }),
    belongs_to: z.array(EntityId).meta({ description: "part_of and runs_on, upwards" }),
    confidence: z.number().min(0).max(1),
    parts: z
      .array(z.object({ name: z.string(), weight: z.number(), text: LocalizedText, because: z.array(z.number().int()) }))
      .meta({ description: "what the confidence is made of; `because` are indexes into `for`" }),
    for: z.array(Finding),
    against: z.array(Finding),
    explains: z.array(EntityId),
    settled_by: LocalizedText,
    settling_question: Question.nullable(),
    change: z.string().nullable().meta({ description: "id of the change that caused it" }),
    onset: Instant.nullable(),
  })
  .meta({ id: "Cause" });
export type Cause = z.infer<typeof Cause>;

export const Verdict = z.enum(["confirmed", "likely", "inconclusive", "nothing_wrong"]).meta({ id: "Verdict" });
export type Verdict = z.infer<typeof Verdict>;

export const Gap = z
  .object({
    evidence: EvidenceId,
    source: z.string(),
    question: Question,
    because: z.string(),
    detail: z.string(),
    could_change: z.enum(["verdict", "order", "nothing"]),
    text: LocalizedText,
  })
  .meta({ id: "Gap" });
export type Gap = z.infer<typeof Gap>;

/** Ranked causes, what was ruled out and what is missing: a pure function of the evidence. */
export const Diagnosis = z
  .object({
    verdict: Verdict,
    headline: LocalizedText.meta({ description: "one sentence that can be read aloud" }),
    as_of: Instant,
    hurts: z.array(z.object({ entity: EntityId, text: LocalizedText })).meta({ description: "who is hurt, worst first" }),
    causes: z.array(Cause),
    findings: z.array(Finding).meta({ description: "everything unusual that was seen, strongest first" }),
    ruled_out: z.array(z.object({ entity: EntityId, fault: z.string(), because: Finding, title: LocalizedText })),
    unknown: z.array(Gap),
    plan: Plan,
    engine: z.string(),
  })
  .meta({ id: "Diagnosis" });
export type Diagnosis = z.infer<typeof Diagnosis>;
