import { z } from "zod";
import { Instant, Labels, Window } from "../shared/values.ts";
import { Alias, Edge, EntityId } from "./entity.ts";
import { LogLevel, Question, Signal, Statistic } from "./question.ts";

const cell = z.number().nullable();
const target = z.string().max(2_500);

/** Value i of a row covers (start + (i−1)·step, start + i·step]; null = no sample; counters are already rates. `unit` is UCUM (s, By, 1, By/s, {request}/s). */
export const SeriesData = z.object({
  about: z.literal("series"),
  start: Instant,
  step_ms: z.number().int().positive(),
  unit: z.string().max(40).nullable(),
  statistic: Statistic,
  rows: z.array(z.object({ of: target, labels: Labels, values: z.array(cell) })),
  rest: z.number().int().optional().meta({ description: "how many rows a `top` left out" }),
});
export type SeriesData = z.infer<typeof SeriesData>;

/** The alert's own expression, drawn: rows as in a series, and the stretches in which it fired. */
export const RuleData = z.object({
  about: z.literal("rule"),
  expression: z.string().nullable(),
  threshold: z.number().nullable(),
  comparison: z.enum([">", ">=", "<", "<=", "==", "!="]).nullable(),
  for_seconds: z.number().nullable(),
  range_seconds: z.number().nullable().meta({ description: "the longest range selector: how far back one sample looks" }),
  objective: z.number().nullable(),
  start: Instant,
  step_ms: z.number().int().positive(),
  unit: z.string().max(40).nullable(),
  rows: z.array(z.object({ labels: Labels, values: z.array(cell) })),
  fired: z.array(Window),
});
export type RuleData = z.infer<typeof RuleData>;

export const AlertsData = z.object({
  about: z.literal("alerts"),
  alerts: z.array(
    z.object({
      name: z.string(),
      entity: EntityId.nullable(),
      operation: z.string().optional(),
      state: z.enum(["firing", "pending", "resolved"]),
      from: Instant,
      to: Instant.nullable(),
      count: z.number().int().optional(),
      code: z.string().optional(),
      readings: z.array(
        z.object({
          signal: Signal,
          statistic: Statistic,
          unit: z.string().nullable(),
          normal: z.number().nullable(),
          observed: z.number(),
        }),
      ),
    }),
  ),
});
export type AlertsData = z.infer<typeof AlertsData>;

/** Spans aggregated by edge (or by entity, for roots) and operation, one entry in each array a bucket. */
export const CallsData = z.object({
  about: z.literal("calls"),
  start: Instant,
  step_ms: z.number().int().positive(),
  rows: z.array(
    z.object({
      of: target,
      operation: z.string().optional(),
      side: z.enum(["server", "client"]),
      codes: z.record(z.string(), z.array(cell)),
      p50_seconds: z.array(cell),
      p90_seconds: z.array(cell),
      own_p50_seconds: z.array(cell).optional(),
    }),
  ),
});
export type CallsData = z.infer<typeof CallsData>;

/** Bounds of what is stored, in bytes, characters and rows. */
export const evidenceLimits = {
  answerBytesMax: 8 * 1024 * 1024,
  snapshotBytesMax: 64 * 1024 * 1024,
  objectBytesMax: 16 * 1024,
  logLineCharactersMax: 2_000,
  logTailCharacters: 200,
  samplesPerPatternMax: 5,
  handoversMax: 400,
} as const;

/**
 * Where a trace went on in another component's log: from the last line of one to the next line of the other, one entry in each
 * array a bucket, by when the other took over.
 */
export const Handover = z
  .strictObject({ from: EntityId, to: EntityId, counts: z.array(z.number().int()), p50_seconds: z.array(cell) })
  .meta({ id: "Handover" });
export type Handover = z.infer<typeof Handover>;

/**
 * Templates are the same in baseline and fault window, so that "new" and "vanished" can be told. An answer that gives handovers
 * has no patterns, and counts as its lines those that took over.
 */
export const LogsData = z.object({
  about: z.literal("logs"),
  start: Instant,
  step_ms: z.number().int().positive(),
  lines_total: z.number().int(),
  traces_total: z.number().int().nullable(),
  filter: z.string(),
  patterns: z.array(
    z.object({
      template: z.string(),
      level: LogLevel,
      container: z.string().optional(),
      instance: z.enum(["current", "previous"]),
      counts: z.array(z.number().int()),
      first_at: Instant,
      last_at: Instant,
      samples: z.array(z.string()).max(5),
    }),
  ),
  handovers: z.array(Handover).max(evidenceLimits.handoversMax).optional(),
});
export type LogsData = z.infer<typeof LogsData>;

export const ObjectRef = z.object({
  path: z.string(),
  to: EntityId,
  optional: z.boolean(),
  exists: z.boolean().nullable(),
  port_offered: z.boolean().optional(),
});
export type ObjectRef = z.infer<typeof ObjectRef>;

const fields = z.record(z.string(), z.unknown());

/** A Kubernetes object, live or declared; a Secret only as its key names and byte lengths. */
export const ClusterObject = z.object({
  entity: EntityId,
  view: z.enum(["live", "declared"]),
  api_kind: z.string(),
  generation: z.number().int().nullable(),
  created_at: Instant.nullable(),
  owner: EntityId.nullable(),
  labels: z.record(z.string(), z.string()),
  spec: fields,
  status: fields,
  refs: z.array(ObjectRef),
});
export type ClusterObject = z.infer<typeof ClusterObject>;

export const ObjectsData = z.object({ about: z.literal("objects"), objects: z.array(ClusterObject) });
export type ObjectsData = z.infer<typeof ObjectsData>;

export const ClusterEvent = z.object({
  entity: EntityId,
  reason: z.string(),
  message: z.string(),
  type: z.enum(["Normal", "Warning"]),
  count: z.number().int(),
  first_at: Instant,
  last_at: Instant,
  from: z.string(),
});
export const EventsData = z.object({ about: z.literal("events"), events: z.array(ClusterEvent) });
export type EventsData = z.infer<typeof EventsData>;
export type ClusterEvent = z.infer<typeof ClusterEvent>;

export const ChangeRecord = z
  .object({
    id: z.string().max(200),
    entity: EntityId,
    kind: z.enum(["deployment", "config", "scale", "flag", "infrastructure"]),
    started_at: Instant,
    ended_at: Instant.nullable(),
    state: z.enum(["started", "succeeded", "failed", "rolled_back"]),
    share: z.number().min(0).max(1).nullable().meta({ description: "of the instances that have it" }),
    touches: z.array(EntityId),
    by: z.string().max(200).nullable(),
    from: z.string().max(500).nullable(),
    to: z.string().max(500).nullable(),
    title: z.string().max(300),
    url: z.string().max(2_000).nullable(),
    origin: z.string().max(100).meta({ description: "who reported it: api, rollout, …" }),
  })
  .meta({ id: "ChangeRecord" });
export type ChangeRecord = z.infer<typeof ChangeRecord>;
export const ChangesData = z.object({ about: z.literal("changes"), changes: z.array(ChangeRecord) });
export type ChangesData = z.infer<typeof ChangesData>;

export const ChecksData = z.object({
  about: z.literal("checks"),
  checks: z.array(
    z.object({
      from: EntityId.nullable(),
      to: EntityId,
      port: z.number().int().optional(),
      protocol: z.string().optional(),
      outcome: z.enum(["ok", "refused", "timeout", "unresolved", "error"]),
      code: z.string().optional(),
      since: Instant.optional(),
      detail: z.string(),
      at: Instant,
    }),
  ),
});
export type ChecksData = z.infer<typeof ChecksData>;

export const TopologyData = z.object({
  about: z.literal("topology"),
  entities: z.array(EntityId),
  edges: z.array(Edge),
  aliases: z.array(Alias),
});
export type TopologyData = z.infer<typeof TopologyData>;

export const EvidenceData = z.discriminatedUnion("about", [
  RuleData, AlertsData, SeriesData, CallsData, LogsData, ObjectsData, EventsData, ChangesData, ChecksData, TopologyData,
]); // prettier-ignore
export type EvidenceData = z.infer<typeof EvidenceData>;
export type DataOf<About extends EvidenceData["about"]> = Extract<EvidenceData, { about: About }>;

export const Limit = z.enum(["rows", "points", "lines", "bytes", "time"]);
export type Limit = z.infer<typeof Limit>;

/** What an answer covers: "no restarts" may be concluded only from one that covers the window. */
export const Coverage = z.object({
  from: Instant.nullable(),
  to: Instant,
  complete: z.boolean(),
  missing_share: z.number().min(0).max(1),
  truncated_by: Limit.optional(),
  as_of: z.enum(["then", "now"]).optional().meta({ description: "Kubernetes asked about the past can only tell what is now" }),
  by_kind: z.record(z.string(), z.enum(["answered", "denied"])).optional(),
});
export type Coverage = z.infer<typeof Coverage>;

export const Unanswered = z.enum([
  "not_configured", "not_recorded", "unknown_signal", "timeout", "unreachable", "refused", "denied", "garbled", "too_large", "breaker_open", "cancelled",
]); // prettier-ignore
export type Unanswered = z.infer<typeof Unanswered>;

/** What was sent to whom; never part of an evidence id, and left out of a canonical comparison. */
export const Asked = z.object({ source: z.string(), text: z.string(), at: Instant, took_ms: z.number() });
export type Asked = z.infer<typeof Asked>;

export const EvidenceId = z
  .string()
  .regex(/^ev_[0-9a-f]{20}$/)
  .meta({ id: "EvidenceId" });
export type EvidenceId = z.infer<typeof EvidenceId>;

const common = { id: EvidenceId, source: z.string(), question: Question, recorded: Question.optional(), asked: z.array(Asked) };

/** Data, possibly empty, with its coverage; or the reason why there is none. */
export const Answer = z
  .discriminatedUnion("kind", [
    z.object({ ...common, kind: z.literal("answered"), data: EvidenceData, coverage: Coverage }),
    z.object({ ...common, kind: z.literal("unanswered"), because: Unanswered, detail: z.string() }),
  ])
  .meta({ id: "Answer" });
export type Answer = z.infer<typeof Answer>;
export type Answered = Extract<Answer, { kind: "answered" }>;
