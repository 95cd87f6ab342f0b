import type { controlPlaneOperations } from "@sre/contracts/control-plane";
import { evidenceId, sixDigits } from "@sre/contracts/canonical";
import {
  evidenceLimits,
  type Answer,
  type Asked,
  type Coverage,
  type EvidenceData,
  type Instant,
  type Question,
  type Unanswered,
} from "@sre/contracts/evidence";
import type { ApiClient, Cache, Clock, Log, OutboundFactory, OutboundFailure } from "@sre/service-kit";

export interface AskContext {
  /** Nothing later may enter the answer. */
  readonly asOf: Instant;
  readonly signal: AbortSignal;
  /** For the whole question, in milliseconds. */
  readonly deadlineMs: number;
}

export type SourceKind = "prometheus" | "loki" | "kubernetes" | "control-plane" | "snapshot";
export type BreakerState = "closed" | "open" | "half_open";

/** One place that evidence comes from. `ask` never rejects and settles within its deadline: a failure is evidence too. */
export interface EvidenceSource {
  readonly name: string;
  readonly kind: SourceKind;
  /** The one cluster it knows; null when it may know any. */
  readonly cluster: string | null;
  answers(question: Question): boolean;
  ask(question: Question, context: AskContext): Promise<Answer>;
  breakerState(): BreakerState;
  close(): Promise<void>;
}

/** What a source is built from; the app hands it in. */
export interface SourceDeps {
  readonly outbound: OutboundFactory;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly log: Log;
  readonly controlPlane?: ApiClient<typeof controlPlaneOperations>;
}

/** Why there is no answer; thrown inside a source, never out of it. */
export class SourceFailure extends Error {
  readonly because: Unanswered;

  constructor(because: Unanswered, detail: string) {
    super(detail);
    this.name = "SourceFailure";
    this.because = because;
  }
}

const detailCharactersMax = 1_000;
const failureTextCharactersMax = 300;

/** A failed call as the reason why there is no answer, with what the peer said about it. */
export function failureOf(failure: OutboundFailure): SourceFailure {
  const said = failure.body?.replaceAll(/\s+/g, " ").trim().slice(0, failureTextCharactersMax);
  return new SourceFailure(failure.because, said ? `${failure.detail}: ${said}` : failure.detail);
}

/** An instant in its one spelling: UTC with milliseconds. */
export function instantOf(ms: number): Instant {
  return new Date(ms).toISOString();
}

const rounded = (values: readonly (number | null)[]) =>
  values.map((value) => (value === null || !Number.isFinite(value) ? null : sixDigits(value)));

/** The same data with six significant digits. */
function canonicalData(data: EvidenceData): EvidenceData {
  switch (data.about) {
    case "series":
      return { ...data, rows: data.rows.map((row) => ({ ...row, values: rounded(row.values) })) };
    case "rule":
      return { ...data, rows: data.rows.map((row) => ({ ...row, values: rounded(row.values) })) };
    case "calls":
      return {
        ...data,
        rows: data.rows.map((row) => ({
          ...row,
          codes: Object.fromEntries(Object.entries(row.codes).map(([code, counts]) => [code, rounded(counts)])),
          p50_seconds: rounded(row.p50_seconds),
          p90_seconds: rounded(row.p90_seconds),
          ...(row.own_p50_seconds ? { own_p50_seconds: rounded(row.own_p50_seconds) } : {}),
        })),
      };
    default:
      return data;
  }
}

interface Common {
  readonly question: Question;
  readonly source: string;
  readonly asked: readonly Asked[];
}

/** An answer with data; one that is larger than the limit of an answer is `too_large` instead. */
export function answered(input: Common & { readonly data: EvidenceData; readonly coverage: Coverage }): Answer {
  const { question, source, asked, coverage } = input;
  const data = canonicalData(input.data);
  const bytes = JSON.stringify(data).length;
  if (bytes > evidenceLimits.answerBytesMax)
    return unanswered({
      question,
      source,
      asked,
      because: "too_large",
      detail: `${bytes} bytes; an answer holds ${evidenceLimits.answerBytesMax} at most`,
    });
  const missing_share = sixDigits(Math.min(1, Math.max(0, coverage.missing_share)));
  return {
    id: evidenceId(question, source),
    source,
    question,
    asked: [...asked],
    kind: "answered",
    data,
    coverage: { ...coverage, missing_share },
  };
}

/** The labelled reason why there is no data. */
export function unanswered(input: Common & { readonly because: Unanswered; readonly detail: string }): Answer {
  const { question, source, asked, because, detail } = input;
  return {
    id: evidenceId(question, source),
    source,
    question,
    asked: [...asked],
    kind: "unanswered",
    because,
    detail: detail.slice(0, detailCharactersMax),
  };
}

/** One question on its way: `asked` collects what was sent. */
export interface Asking {
  readonly context: AskContext;
  /** Aborted by the caller or by the deadline. */
  readonly signal: AbortSignal;
  readonly asked: Asked[];
}

export interface Found {
  readonly data: EvidenceData;
  readonly coverage: Coverage;
}

/**
 * Runs the work of a source within the deadline of its question. Never rejects: a SourceFailure becomes its reason,
 * the deadline `timeout`, the caller's abort `cancelled`, and anything unforeseen `garbled`.
 */
export async function answerWithin(
  self: { readonly name: string; readonly log: Log },
  { question, context }: { readonly question: Question; readonly context: AskContext },
  work: (asking: Asking) => Promise<Found>,
): Promise<Answer> {
  const deadline = AbortSignal.timeout(Math.max(1, context.deadlineMs));
  const signal = AbortSignal.any([deadline, context.signal]);
  const asking: Asking = { context, signal, asked: [] };
  const common = { question, source: self.name, asked: asking.asked };
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(stopReason(context, deadline));
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    const found = await Promise.race([stopped.promise, work(asking)]);
    return answered({ ...common, ...found });
  } catch (error) {
    const failure = signal.aborted ? stopReason(context, deadline) : error;
    if (failure instanceof SourceFailure) return unanswered({ ...common, because: failure.because, detail: failure.message });
    self.log.warn({ err: error, source: self.name, about: question.about }, "a source failed in an unforeseen way");
    return unanswered({ ...common, because: "garbled", detail: "the answer could not be understood" });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function stopReason(context: AskContext, deadline: AbortSignal): SourceFailure {
  if (context.signal.aborted || !deadline.aborted) return new SourceFailure("cancelled", "the caller gave up");
  return new SourceFailure("timeout", `no answer within ${context.deadlineMs} ms`);
}
