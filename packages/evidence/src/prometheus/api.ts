import { sha256 } from "@sre/contracts/canonical";
import { z } from "zod";
import { createQueryApi, type Parameters, type QueryApi, type QueryDeps } from "../query-api.ts";
import { instantOf, type Asking } from "../source.ts";
import type { Grid } from "./grid.ts";

export const prometheusLimits = {
  rowsMax: 2_000,
  namesMax: 5_000,
  responseBytesMax: 32 * 1024 * 1024,
  discoveryMs: 60_000,
  rulesMs: 15_000,
  querySecondsMax: 60,
} as const;

const labels = z.record(z.string(), z.string());
const envelope = <T extends z.ZodType>(data: T) =>
  z.object({ status: z.literal("success"), data, warnings: z.array(z.string()).optional() });
const Matrix = envelope(
  z.object({ resultType: z.literal("matrix"), result: z.array(z.object({ metric: labels, values: z.array(z.unknown()).default([]) })) }),
);
const Vector = envelope(
  z.object({ resultType: z.literal("vector"), result: z.array(z.object({ metric: labels, value: z.tuple([z.number(), z.string()]) })) }),
);
const Names = envelope(z.array(z.string()));
const ActiveAlert = z.object({
  labels,
  annotations: labels.default({}),
  state: z.enum(["firing", "pending", "inactive"]),
  activeAt: z.string().optional(),
  value: z.string().optional(),
});
const Rules = envelope(
  z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            type: z.string(),
            name: z.string(),
            query: z.string(),
            duration: z.number().optional(),
            labels: labels.optional(),
            alerts: z.array(ActiveAlert).optional(),
          }),
        ),
      }),
    ),
  }),
);
const Alerts = envelope(z.object({ alerts: z.array(ActiveAlert) }));

type MatrixRow = z.output<typeof Matrix>["data"]["result"][number];
type VectorRow = z.output<typeof Vector>["data"]["result"][number];
export type AlertingRule = z.output<typeof Rules>["data"]["groups"][number]["rules"][number];
type ActiveAlert = z.output<typeof ActiveAlert>;

interface Rows<Row> {
  readonly rows: readonly Row[];
  /** More rows were there than the limit. */
  readonly cut: boolean;
}

export interface PrometheusApi {
  range(query: string, grid: Grid, asking: Asking): Promise<Rows<MatrixRow>>;
  instant(query: string, atMs: number, asking: Asking): Promise<Rows<VectorRow>>;
  /** Which of the metric names exist in the stretch. */
  metricsAmong(names: readonly string[], span: Span, asking: Asking): Promise<ReadonlySet<string>>;
  labelsOf(metric: string, span: Span, asking: Asking): Promise<ReadonlySet<string>>;
  /** The single value of an instant query about the installation itself, kept for a minute; null when there is none. */
  discovered(query: string, atMs: number, asking: Asking): Promise<number | null>;
  alertingRules(asking: Asking): Promise<readonly AlertingRule[]>;
  activeAlerts(asking: Asking): Promise<readonly ActiveAlert[]>;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

class Calls implements PrometheusApi {
  readonly #api: QueryApi;

  constructor(deps: QueryDeps) {
    this.#api = createQueryApi("prometheus", deps);
  }

  async range(query: string, grid: Grid, asking: Asking): Promise<Rows<MatrixRow>> {
    const times = { start: String(grid.firstMs / 1_000), end: String(grid.lastMs / 1_000), step: String(grid.stepMs / 1_000) };
    const { data } = await this.#api.query(
      "/api/v1/query_range",
      { query, ...times },
      { schema: Matrix, asking, text: `${query} · ${instantOf(grid.firstMs)}–${instantOf(grid.lastMs)} step ${grid.stepMs / 1_000}s` },
    );
    return cutRows(data.result);
  }

  async instant(query: string, atMs: number, asking: Asking): Promise<Rows<VectorRow>> {
    const { data } = await this.#api.query(
      "/api/v1/query",
      { query, time: String(atMs / 1_000) },
      { schema: Vector, asking, text: `${query} · ${instantOf(atMs)}` },
    );
    return cutRows(data.result);
  }

  async metricsAmong(names: readonly string[], span: Span, asking: Asking): Promise<ReadonlySet<string>> {
    const selector = `{__name__=~"${[...names].sort().join("|")}"}`;
    return this.#names("/api/v1/label/__name__/values", { "match[]": [selector], ...spanOf(span) }, asking);
  }

  async labelsOf(metric: string, span: Span, asking: Asking): Promise<ReadonlySet<string>> {
    return this.#names("/api/v1/labels", { "match[]": [metric], ...spanOf(span) }, asking);
  }

  async discovered(query: string, atMs: number, asking: Asking): Promise<number | null> {
    const slotMs = Math.floor(atMs / prometheusLimits.discoveryMs) * prometheusLimits.discoveryMs;
    return this.#api.kept({ key: `value:${slotMs}:${sha256(query)}`, ttlMs: prometheusLimits.discoveryMs, asking }, async () => {
      const { data } = await this.#api.query(
        "/api/v1/query",
        { query, time: String(atMs / 1_000) },
        { schema: Vector, asking, text: null },
      );
      const value = Number(data.result[0]?.value[1]);
      return Number.isFinite(value) ? value : null;
    });
  }

  async alertingRules(asking: Asking): Promise<readonly AlertingRule[]> {
    return this.#api.kept({ key: "rules", ttlMs: prometheusLimits.rulesMs, asking }, async () => {
      const { data } = await this.#api.query(
        "/api/v1/rules",
        { type: "alert" },
        { schema: Rules, asking, text: "/api/v1/rules?type=alert" },
      );
      return data.groups.flatMap(({ rules }) => rules.filter(({ type }) => type === "alerting"));
    });
  }

  async activeAlerts(asking: Asking): Promise<readonly ActiveAlert[]> {
    const { data } = await this.#api.query("/api/v1/alerts", {}, { schema: Alerts, asking, text: "/api/v1/alerts" });
    return data.alerts;
  }

  async #names(path: string, parameters: Parameters, asking: Asking): Promise<ReadonlySet<string>> {
    const key = `names:${sha256(JSON.stringify([path, parameters]))}`;
    const names = await this.#api.kept({ key, ttlMs: prometheusLimits.discoveryMs, asking }, async () => {
      const { data } = await this.#api.query(path, parameters, { schema: Names, asking, text: null });
      return data.slice(0, prometheusLimits.namesMax);
    });
    return new Set(names);
  }
}

const hourMs = 3_600_000;

// Whole hours, so that many questions share one look-up.
function spanOf({ fromMs, toMs }: Span): { start: string; end: string } {
  return { start: String((Math.floor(fromMs / hourMs) * hourMs) / 1_000), end: String((Math.ceil(toMs / hourMs) * hourMs) / 1_000) };
}

function cutRows<Row>(rows: readonly Row[]): Rows<Row> {
  return { rows: rows.slice(0, prometheusLimits.rowsMax), cut: rows.length > prometheusLimits.rowsMax };
}

/** The calls of Prometheus' HTTP API that are used here: bounded, checked, discovery kept for a minute. They throw SourceFailure. */
export function createPrometheusApi(deps: QueryDeps): PrometheusApi {
  return new Calls(deps);
}
