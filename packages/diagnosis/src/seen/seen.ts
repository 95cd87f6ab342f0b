import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import type {
  Answer,
  Answered,
  ChangeRecord,
  ClusterEvent,
  ClusterObject,
  DataOf,
  EntityId,
  EvidenceId,
  EvidenceRef,
  Question,
  Scope,
} from "@sre/contracts/evidence";
import { podOf } from "../entities.ts";
import { refineScope } from "../scope/scope.ts";
import { ms } from "../time.ts";
import { readCalls, type SeenCalls } from "./calls.ts";
import { buildGraph, type Graph } from "./graph.ts";
import { readHandovers, type SeenHandover } from "./handovers.ts";
import { readSeasons, readSeries, signalKey, type SeasonSeries, type SeenSeries } from "./series.ts";

/** Something read out of an answer, with the reference that opens it. */
export type Cited<T> = T & { readonly cite: EvidenceRef };

export interface SeenRule {
  readonly alert: string;
  readonly entity: EntityId;
  readonly data: DataOf<"rule">;
  readonly cite: EvidenceRef;
}

export interface SeenLogs {
  readonly of: EntityId;
  readonly data: DataOf<"logs">;
  readonly coverageFromMs: number;
  /** The share of the covered time of which nothing was recorded. */
  readonly missingShare: number;
  readonly id: EvidenceId;
}

/** Everything the evidence says up to `as_of`, in one canonical order, so that the order of answers never matters. */
export interface Seen {
  readonly scope: Scope;
  /** Kinds of fault that the engine is to know nothing of: a control of what it does with the unforeseen. */
  readonly withoutFaults: ReadonlySet<string>;
  readonly answers: readonly Answer[];
  readonly series: readonly SeenSeries[];
  /** Mean latencies: what adds up along calls, asked beside the high quantile that alerts look at. */
  readonly means: readonly SeenSeries[];
  readonly seasons: readonly SeasonSeries[];
  readonly rules: readonly SeenRule[];
  readonly logs: readonly SeenLogs[];
  readonly calls: readonly SeenCalls[];
  readonly handovers: readonly SeenHandover[];
  readonly objects: readonly Cited<ClusterObject>[];
  readonly events: readonly Cited<ClusterEvent>[];
  readonly changes: readonly Cited<ChangeRecord>[];
  readonly alerts: readonly Cited<DataOf<"alerts">["alerts"][number]>[];
  readonly graph: Graph;
  /** Answers that tell what is now, although they were asked about the past. */
  readonly now: ReadonlySet<EvidenceId>;
}

function canonicalAnswers(answers: readonly Answer[]): Answer[] {
  const rank = (answer: Answer) => `${answer.id} ${answer.kind} ${answer.source}`;
  const keyed = answers.map((answer) => [rank(answer), answer] as const).sort(([a], [b]) => byCodeUnit(a, b));
  return keyed.filter(([, answer], i) => keyed[i - 1]?.[1].id !== answer.id).map(([, answer]) => answer);
}

// The same row may stand in several answers; the first in canonical order is the one that is cited.
function once<T>(rows: readonly (readonly [key: string, row: T])[]): T[] {
  const found = new Map<string, T>();
  for (const [key, row] of rows) if (!found.has(key)) found.set(key, row);
  return [...found].sort(([a], [b]) => byCodeUnit(a, b)).map(([, row]) => row);
}

const dataOf = <About extends Answered["data"]["about"]>(answers: readonly Answered[], about: About) =>
  answers.flatMap((answer) => (answer.data.about === about ? [{ answer, data: answer.data as DataOf<About> }] : []));

function readObjects(answers: readonly Answered[], asOfMs: number): Cited<ClusterObject>[] {
  const then = (answer: Answered) => (answer.coverage.as_of === "now" ? 1 : 0);
  const inOrder = [...answers].sort((a, b) => then(a) - then(b) || byCodeUnit(a.id, b.id));
  const rows = dataOf(inOrder, "objects").flatMap(({ answer, data }) =>
    data.objects
      .filter((object) => object.created_at === null || ms(object.created_at) <= asOfMs || answer.coverage.as_of === "now")
      .map((object) => [`${object.entity} ${object.view}`, { ...object, cite: { id: answer.id, part: object.entity } }] as const),
  );
  return once(rows);
}

const eventPart = (event: ClusterEvent): string => `${event.entity} ${event.reason} ${event.first_at}`;

function readEvents(answers: readonly Answered[], asOfMs: number): Cited<ClusterEvent>[] {
  const rows = dataOf(answers, "events").flatMap(({ answer, data }) =>
    data.events
      .filter((event) => ms(event.first_at) <= asOfMs)
      .map((event) => [canonicalJson(event), { ...event, cite: { id: answer.id, part: eventPart(event) } }] as const),
  );
  return once(rows);
}

function readChanges(answers: readonly Answered[], asOfMs: number): Cited<ChangeRecord>[] {
  const rows = dataOf(answers, "changes").flatMap(({ answer, data }) =>
    data.changes
      .filter((change) => ms(change.started_at) <= asOfMs)
      .map(
        (change) =>
          [change.id, { ...change, touches: [...change.touches].sort(byCodeUnit), cite: { id: answer.id, part: change.id } }] as const,
      ),
  );
  return once(rows);
}

function readAlerts(answers: readonly Answered[], asOfMs: number): Seen["alerts"][number][] {
  const rows = dataOf(answers, "alerts").flatMap(({ answer, data }) =>
    data.alerts
      .filter((alert) => ms(alert.from) <= asOfMs)
      .map((alert) => [canonicalJson(alert), { ...alert, cite: { id: answer.id, part: alert.entity ?? alert.name } }] as const),
  );
  return once(rows);
}

function readRules(answers: readonly Answered[]): SeenRule[] {
  return dataOf(answers, "rule").flatMap(({ answer, data }) => {
    if (answer.question.about !== "rule") return [];
    const { name, entity } = answer.question.alert;
    return [{ alert: name, entity, data, cite: { id: answer.id, part: entity } }];
  });
}

function readLogs(answers: readonly Answered[]): SeenLogs[] {
  return dataOf(answers, "logs").flatMap(({ answer, data }) => {
    if (answer.question.about !== "logs") return [];
    const from = answer.coverage.from ?? data.start;
    const patterns = [...data.patterns].sort(
      (a, b) => byCodeUnit(a.template, b.template) || byCodeUnit(canonicalJson(a), canonicalJson(b)),
    );
    return [
      {
        of: answer.question.of,
        data: { ...data, patterns },
        coverageFromMs: ms(from),
        missingShare: answer.coverage.missing_share,
        id: answer.id,
      },
    ];
  });
}

const asksForMeans = (question: Question): boolean =>
  question.about === "series" && signalKey(question.signal) === "golden:latency" && question.statistics.length === 1 && question.statistics[0] === "mean"; // prettier-ignore

/** Reads the answers: what is later than `as_of` is dropped, rows that stand twice are read once. */
export function readEvidence(given: Scope, unordered: readonly Answer[], withoutFaults: ReadonlySet<string> = new Set()): Seen {
  const answers = canonicalAnswers(unordered);
  const scope = refineScope(given, answers);
  const asOfMs = ms(scope.as_of);
  const answered = answers.filter((answer): answer is Answered => answer.kind === "answered");
  const objects = readObjects(answered, asOfMs);
  const topology = dataOf(answered, "topology").map(({ data }) => data);
  const events = readEvents(answered, asOfMs);
  const changes = readChanges(answered, asOfMs);
  // Where nobody lists the objects, a change still tells that there is such a workload.
  const named = [...events.map(({ entity }) => podOf(entity)), ...changes.map(({ entity }) => entity)];
  const entities = [...scope.entities, ...topology.flatMap((data) => data.entities), ...named];
  return {
    scope,
    withoutFaults,
    answers,
    series: readSeries(scope, answered.filter((answer) => !asksForMeans(answer.question))), // prettier-ignore
    means: readSeries(scope, answered.filter((answer) => asksForMeans(answer.question))), // prettier-ignore
    seasons: readSeasons(scope, answered),
    rules: readRules(answered),
    logs: readLogs(answered),
    calls: readCalls(scope, answered),
    handovers: readHandovers(scope, answered),
    objects,
    events,
    changes,
    alerts: readAlerts(answered, asOfMs),
    graph: buildGraph({ edges: topology.flatMap((data) => data.edges), objects, entities }),
    now: new Set(answered.filter(({ coverage }) => coverage.as_of === "now").map(({ id }) => id)),
  };
}
