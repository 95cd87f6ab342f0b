import { z } from "zod";
import { Instant, Window } from "../shared/values.ts";
import { EntityId } from "./entity.ts";

/** Names from a registry, so that every source and every detector means the same by them. */
export const namedSignals = [
  "throttled", "retransmits", "queue_depth", "consumer_lag", "pool_used", "pool_waiting", "certificate_expiry", "burn_rate", "restarts", "ready_replicas", "disk_used", "inodes_used",
] as const; // prettier-ignore

export const Signal = z
  .union([
    z.object({ golden: z.enum(["latency", "traffic", "errors", "saturation"]) }),
    z.object({
      resource: z.enum(["cpu", "memory", "disk", "network", "connections"]),
      against: z.enum(["request", "limit", "capacity"]).optional(),
    }),
    z.object({ named: z.enum(namedSignals) }),
  ])
  .meta({ id: "Signal" });
export type Signal = z.infer<typeof Signal>;

export const Statistic = z.enum(["p50", "p90", "p95", "p99", "mean", "max", "min", "sum", "rate", "ratio", "value"]);
export type Statistic = z.infer<typeof Statistic>;

export const AlertRef = z.object({ name: z.string().max(300), entity: EntityId, fingerprint: z.string().max(200).optional() });
export type AlertRef = z.infer<typeof AlertRef>;

export const LogLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal", "unknown"]);
export type LogLevel = z.infer<typeof LogLevel>;

const target = z.string().max(2_500).meta({ description: "an EntityId, or an EdgeId: from>kind>to" });

/** One bounded query, by meaning: each source words it in its own language, and the answer carries that text. */
export const Question = z
  .discriminatedUnion("about", [
    z.object({ about: z.literal("rule"), alert: AlertRef, window: Window, step_seconds: z.number().int().min(1).max(3_600) }),
    z.object({ about: z.literal("alerts"), in: EntityId, window: Window }),
    z.object({
      about: z.literal("series"),
      of: z.array(target).min(1).max(200),
      side: z.enum(["server", "client"]).optional(),
      signal: Signal,
      statistics: z.array(Statistic).min(1).max(4).meta({ description: "the first one that the source has" }),
      by: z
        .array(z.enum(["operation", "version", "code", "container", "instance", "device"]))
        .max(3)
        .optional(),
      top: z.number().int().min(1).max(100).optional(),
      window: Window,
      step_seconds: z.number().int().min(1).max(3_600),
    }),
    z.object({
      about: z.literal("calls"),
      of: z.array(target).min(1).max(200),
      window: Window,
      step_seconds: z.number().int().min(1).max(3_600),
    }),
    z.object({
      about: z.literal("logs"),
      of: EntityId,
      levels: z.array(LogLevel).max(7),
      window: Window,
      want: z
        .enum(["patterns", "samples", "handovers"])
        .meta({ description: "handovers: how long after the lines of one component the same trace goes on in another's, in a namespace" }),
      limit: z.number().int().min(1).max(5_000).meta({ description: "lines read at the most" }),
    }),
    z.object({ about: z.literal("objects"), kinds: z.array(z.string().max(100)).min(1).max(40), in: EntityId, as_of: Instant }),
    z.object({ about: z.literal("events"), in: EntityId, window: Window }),
    z.object({ about: z.literal("changes"), of: z.array(EntityId).min(1).max(200), window: Window }),
    z.object({ about: z.literal("checks"), of: z.array(EntityId).min(1).max(200), as_of: Instant }),
    z.object({ about: z.literal("topology"), of: z.array(EntityId).min(1).max(200), depth: z.number().int().min(1).max(4) }),
  ])
  .meta({ id: "Question" });
export type Question = z.infer<typeof Question>;
export type QuestionAbout = Question["about"];
export type QuestionOf<About extends QuestionAbout> = Extract<Question, { about: About }>;

/** The entities a question names: the ones its answer is about. */
export function subjectsOf(question: Question): readonly string[] {
  switch (question.about) {
    case "rule":
      return [question.alert.entity];
    case "alerts":
    case "objects":
    case "events":
      return [question.in];
    case "logs":
      return [question.of];
    case "series":
    case "calls":
    case "changes":
    case "checks":
    case "topology":
      return question.of;
  }
}
