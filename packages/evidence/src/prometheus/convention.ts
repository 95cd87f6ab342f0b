import { Signal, type Statistic } from "@sre/contracts/evidence";
import { z } from "zod";

/** What a label says; several labels may say it, the first that a metric has counts. */
const labelRoles = [
  "cluster", "namespace", "service", "deployment", "statefulset", "daemonset", "job", "pod", "container", "node", "claim", "operation", "version", "code", "instance", "device", "client", "server", "client_namespace", "server_namespace",
] as const; // prettier-ignore
export type LabelRole = (typeof labelRoles)[number];
const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
export const Roles = z.partialRecord(z.enum(labelRoles), z.array(label).max(30));

const metric = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
/** `label` is a role or, when no role has that name, a label. */
const Where = z.strictObject({ label: z.string(), op: z.enum(["=", "!=", "=~", "!~"]), value: z.string() });
const Quantity = z.strictObject({
  metric,
  where: z.array(Where).default([]),
  as: z.enum(["rate", "increase", "gauge"]).meta({ description: "rate and increase of a counter, or a gauge as it is" }),
  combine: z.enum(["sum", "max", "min", "avg"]).default("sum"),
});
export type Quantity = z.output<typeof Quantity>;

const Measure = z.discriminatedUnion("form", [
  z.strictObject({
    form: z.literal("histogram"),
    metric: metric.meta({ description: "without _bucket" }),
    where: z.array(Where).default([]),
    scale: z.number().default(1),
  }),
  z.strictObject({ form: z.literal("quantity"), of: Quantity, scale: z.number().default(1) }),
  z.strictObject({
    form: z.literal("share"),
    part: Quantity,
    whole: Quantity,
    at: z.array(z.enum(labelRoles)).default([]).meta({ description: "shares are taken for each of these, and the largest counts" }),
    complement: z.boolean().default(false).meta({ description: "1 − share" }),
    absent_is_zero: z.boolean().default(false),
    part_unit: z.string().optional().meta({ description: "unit of the part alone, asked as `rate`" }),
  }),
]);
export type Measure = z.output<typeof Measure>;

/** How one signal of some kinds of entities is measured by somebody's metrics. */
export const Convention = z.strictObject({
  id: z.string().max(100),
  signal: Signal,
  kinds: z.array(z.string()).min(1),
  side: z.enum(["server", "client"]).default("server"),
  unit: z.string(),
  measure: Measure,
  labels: Roles.optional().meta({ description: "labels of this convention alone" }),
});
export type Convention = z.output<typeof Convention>;

/** The metrics that must exist for a convention to be of use. */
export function metricsOf({ measure }: Convention): string[] {
  switch (measure.form) {
    case "histogram":
      return [`${measure.metric}_bucket`];
    case "quantity":
      return [measure.of.metric];
    case "share":
      return [...new Set([measure.part.metric, measure.whole.metric])];
  }
}

const quantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const satisfies Partial<Record<Statistic, number>>;

/** The quantile that a statistic names, or null. */
export function quantileOf(statistic: Statistic): number | null {
  return statistic in quantiles ? quantiles[statistic as keyof typeof quantiles] : null;
}

/** Whether a convention can say a statistic. */
export function canSay({ measure }: Convention, statistic: Statistic): boolean {
  switch (measure.form) {
    case "histogram":
      return quantileOf(statistic) !== null || statistic === "mean" || statistic === "rate";
    case "quantity":
      return measure.of.as === "gauge"
        ? ["value", "mean", "max", "min", "sum"].includes(statistic)
        : ["rate", "sum", "value", "mean", "max"].includes(statistic);
    case "share":
      return ["ratio", "value", "max", "mean"].includes(statistic) || (statistic === "rate" && measure.part_unit !== undefined);
  }
}

/** The unit of what a convention says for a statistic. */
export function unitOf(convention: Convention, statistic: Statistic): string {
  const { measure } = convention;
  if (statistic !== "rate") return convention.unit;
  if (measure.form === "histogram") return "{request}/s";
  return measure.form === "share" ? (measure.part_unit ?? convention.unit) : convention.unit;
}
