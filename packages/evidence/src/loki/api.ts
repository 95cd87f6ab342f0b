import { sha256 } from "@sre/contracts/canonical";
import { z } from "zod";
import { createQueryApi, type Parameters, type QueryApi, type QueryDeps } from "../query-api.ts";
import { instantOf, type Asking } from "../source.ts";

export const lokiLimits = { responseBytesMax: 24 * 1024 * 1024, discoveryMs: 60_000, streamsMax: 2_000, valuesMax: 1_000 } as const;

const labels = z.record(z.string(), z.string());
const envelope = <T extends z.ZodType>(data: T) => z.object({ status: z.literal("success"), data });
const Streams = envelope(
  z.object({ resultType: z.literal("streams"), result: z.array(z.object({ stream: labels, values: z.array(z.array(z.unknown())) })) }),
);
const Counts = envelope(
  z.object({ resultType: z.literal("matrix"), result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })) }),
);
// Loki leaves `data` out when there is nothing.
const Names = z.object({ status: z.literal("success"), data: z.array(z.string()).nullish() });
const Series = z.object({ status: z.literal("success"), data: z.array(labels).nullish() });

export interface FoundLine {
  readonly atMs: number;
  readonly text: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface CountSteps {
  readonly stepSeconds: number;
  readonly firstEndMs: number;
  readonly points: number;
}

export interface LokiApi {
  /** The newest lines first, at most `limit`. */
  lines(
    query: string,
    { stretch, limit }: { readonly stretch: Stretch; readonly limit: number },
    asking: Asking,
  ): Promise<readonly FoundLine[]>;
  /** Lines counted in steps, each by its end. Loki moves the ends to multiples of the step, so they must be some. */
  counts(query: string, steps: CountSteps, asking: Asking): Promise<number[]>;
  labels(stretch: Stretch, asking: Asking): Promise<ReadonlySet<string>>;
  /** Labels of the streams that any of the selectors selects. */
  streams(selectors: readonly string[], stretch: Stretch, asking: Asking): Promise<readonly Readonly<Record<string, string>>[]>;
}

const nanoseconds = (ms: number) => `${Math.round(ms)}000000`;
const hourMs = 3_600_000;
// Whole hours, so that many questions share one look-up.
const wholeHours = ({ fromMs, toMs }: Stretch) => ({
  start: nanoseconds(Math.floor(fromMs / hourMs) * hourMs),
  end: nanoseconds(Math.ceil(toMs / hourMs) * hourMs),
});

function readLine(value: readonly unknown[], stream: Readonly<Record<string, string>>): FoundLine[] {
  const [at, text, metadata] = value;
  if (typeof at !== "string" || !/^\d{1,19}$/.test(at) || typeof text !== "string") return [];
  const more = labels.safeParse(metadata);
  return [{ atMs: Number(BigInt(at) / 1_000_000n), text, labels: more.success ? { ...stream, ...more.data } : stream }];
}

class Calls implements LokiApi {
  readonly #api: QueryApi;

  constructor(deps: QueryDeps) {
    this.#api = createQueryApi("loki", deps);
  }

  async lines(
    query: string,
    { stretch, limit }: { readonly stretch: Stretch; readonly limit: number },
    asking: Asking,
  ): Promise<readonly FoundLine[]> {
    const times = { start: nanoseconds(stretch.fromMs), end: nanoseconds(stretch.toMs + 1) };
    const parameters = { query, ...times, limit: String(limit), direction: "backward" };
    const text = `${query} · ${instantOf(stretch.fromMs)}–${instantOf(stretch.toMs)} limit ${limit}`;
    const { data } = await this.#api.query("/loki/api/v1/query_range", parameters, { schema: Streams, asking, text });
    return data.result.flatMap(({ stream, values }) => values.flatMap((value) => readLine(value, stream)));
  }

  async counts(query: string, { stepSeconds, firstEndMs, points }: CountSteps, asking: Asking): Promise<number[]> {
    const stepMs = stepSeconds * 1_000;
    const times = { start: nanoseconds(firstEndMs), end: nanoseconds(firstEndMs + (points - 1) * stepMs), step: String(stepSeconds) };
    const { data } = await this.#api.query(
      "/loki/api/v1/query_range",
      { query, ...times },
      { schema: Counts, asking, text: `${query} step ${stepSeconds}s` },
    );
    const counts = Array.from({ length: points }, () => 0);
    for (const [at, value] of data.result.flatMap(({ values }) => values.slice(0, lokiLimits.valuesMax))) {
      const index = Math.round((at * 1_000 - firstEndMs) / stepMs);
      if (index >= 0 && index < points) counts[index] = (counts[index] ?? 0) + (Number(value) || 0);
    }
    return counts;
  }

  async labels(stretch: Stretch, asking: Asking): Promise<ReadonlySet<string>> {
    const { data } = await this.#kept("/loki/api/v1/labels", wholeHours(stretch), { schema: Names, asking });
    return new Set(data ?? []);
  }

  async streams(selectors: readonly string[], stretch: Stretch, asking: Asking): Promise<readonly Readonly<Record<string, string>>[]> {
    const { data } = await this.#kept("/loki/api/v1/series", { "match[]": selectors, ...wholeHours(stretch) }, { schema: Series, asking });
    return (data ?? []).slice(0, lokiLimits.streamsMax);
  }

  async #kept<T extends z.ZodType>(
    path: string,
    parameters: Parameters,
    { schema, asking }: { readonly schema: T; readonly asking: Asking },
  ): Promise<z.output<T>> {
    const key = sha256(JSON.stringify([path, parameters]));
    const load = () => this.#api.query(path, parameters, { schema, asking, text: null });
    return this.#api.kept({ key, ttlMs: lokiLimits.discoveryMs, asking }, load);
  }
}

/** The calls of Loki's HTTP API that are used here: bounded, checked, discovery kept for a minute. They throw SourceFailure. */
export function createLokiApi(deps: QueryDeps): LokiApi {
  return new Calls(deps);
}
