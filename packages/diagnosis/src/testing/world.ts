import { evidenceId } from "@sre/contracts/canonical";
import {
  entityId, entityParts, type Answer, type ChangeRecord, type ClusterEvent, type ClusterObject, type Coverage, type DataOf, type Diagnosis, type Edge, type EntityId, type EvidenceData, type Question, type Scope, type ScopeAlert, type Unanswered, type Window,
} from "@sre/contracts/evidence"; // prettier-ignore
import { diagnose, planQuestions, scopeOf } from "../index.ts";
import { signalKey } from "../seen/series.ts";
import { instant, ms } from "../time.ts";

/** A value as a function of the moment; null where there is no sample. */
export type Curve = (atMs: number) => number | null;

export interface WorldSeries {
  readonly of: EntityId;
  readonly signal: string;
  readonly unit: string | null;
  readonly curve: Curve;
}

export interface WorldPattern {
  readonly of: EntityId;
  readonly template: string;
  readonly level: DataOf<"logs">["patterns"][number]["level"];
  /** Lines in each minute. */
  readonly lines: Curve;
}

export interface WorldRule {
  readonly alert: string;
  readonly entity: EntityId;
  readonly threshold: number;
  readonly forSeconds: number;
  readonly rangeSeconds: number;
  readonly curve: Curve;
}

/** A small estate whose state at each moment is known; it answers questions by meaning, as sources do. */
export interface World {
  readonly asOf: string;
  readonly alerts: readonly ScopeAlert[];
  readonly series: readonly WorldSeries[];
  readonly rules: readonly WorldRule[];
  readonly patterns: readonly WorldPattern[];
  readonly objects: readonly ClusterObject[];
  readonly events: readonly ClusterEvent[];
  readonly changes: readonly ChangeRecord[];
  readonly edges: readonly Edge[];
  /** Why a question gets no answer; null when it gets one. */
  readonly fails: (question: Question) => Unanswered | null;
  readonly objectsAsOf: "then" | "now";
}

export const emptyWorld = (asOf: string): World => ({
  asOf, alerts: [], series: [], rules: [], patterns: [], objects: [], events: [], changes: [], edges: [], fails: () => null, objectsAsOf: "then",
}); // prettier-ignore

export const id = (kind: string, name: string, namespace = "shop"): EntityId =>
  entityId({ cluster: "eu-1", namespace: kind === "node" ? "" : namespace, kind, name });
export const minute = 60_000;

function points(window: Window, stepSeconds: number): { start: number; step: number; times: number[] } {
  const step = stepSeconds * 1000;
  const start = Math.ceil(ms(window.from) / step) * step;
  const times = Array.from({ length: Math.max(0, Math.floor((ms(window.to) - start) / step) + 1) }, (_, i) => start + i * step);
  return { start, step, times };
}

const inside = (entity: EntityId, place: EntityId): boolean => {
  const [own, around] = [entityParts(entity), entityParts(place)];
  if (around.kind === "namespace") return own.namespace === around.name;
  return around.kind === "cluster" ? own.cluster === around.cluster : entity === place;
};

// Questions call a Service of Kubernetes by a word of its own, answers by the word for any service.
const asksFor = (kinds: readonly string[], kind: string): boolean =>
  kinds.includes(kind) || (kind === "service" && kinds.includes("service_object"));

function seriesData(world: World, question: Extract<Question, { about: "series" }>): EvidenceData | null {
  const { start, step, times } = points(question.window, question.step_seconds);
  const found = world.series.filter(({ of, signal }) => question.of.includes(of) && signal === signalKey(question.signal));
  if (found.length === 0) return null;
  const rows = found.map(({ of, curve }) => ({ of, labels: {}, values: times.map(curve) }));
  return {
    about: "series",
    start: instant(start),
    step_ms: step,
    unit: found[0]?.unit ?? null,
    statistic: question.statistics[0] ?? "value",
    rows,
  };
}

function ruleData(world: World, question: Extract<Question, { about: "rule" }>): EvidenceData | null {
  const rule = world.rules.find(({ alert, entity }) => alert === question.alert.name && entity === question.alert.entity);
  if (rule === undefined) return null;
  const { start, step, times } = points(question.window, question.step_seconds);
  return {
    about: "rule", expression: "the rule's own expression", threshold: rule.threshold, comparison: ">", for_seconds: rule.forSeconds, range_seconds: rule.rangeSeconds,
    objective: null, start: instant(start), step_ms: step, unit: null, rows: [{ labels: {}, values: times.map(rule.curve) }], fired: [],
  }; // prettier-ignore
}

function logsData(world: World, question: Extract<Question, { about: "logs" }>): EvidenceData {
  const { start, times } = points(question.window, 60);
  const patterns = world.patterns
    .filter(({ of }) => of === question.of)
    .flatMap(({ template, level, lines }) => {
      const counts = times.map((at) => Math.round(lines(at) ?? 0));
      const seen = times.filter((_, i) => (counts[i] ?? 0) > 0);
      const [first, last] = [seen[0], seen.at(-1)];
      return first === undefined || last === undefined
        ? []
        : [
            {
              template,
              level,
              instance: "current" as const,
              counts,
              first_at: instant(first),
              last_at: instant(last),
              samples: [template],
            },
          ];
    });
  const total = patterns.flatMap(({ counts }) => counts).reduce((sum, n) => sum + n, 0);
  return { about: "logs", start: instant(start), step_ms: 60_000, lines_total: total, traces_total: null, filter: "", patterns };
}

function topologyData(world: World, question: Extract<Question, { about: "topology" }>): EvidenceData {
  const found = new Set<string>(question.of);
  for (let hop = 0; hop < question.depth; hop++) {
    for (const edge of world.edges.filter(({ from, to }) => found.has(from) || found.has(to)))
      [edge.from, edge.to].forEach((end) => found.add(end));
  }
  const edges = world.edges.filter(({ from, to }) => found.has(from) && found.has(to));
  return { about: "topology", entities: [...found], edges: [...edges], aliases: [] };
}

function dataFor(world: World, question: Question): EvidenceData | null {
  switch (question.about) {
    case "series":
      return seriesData(world, question);
    case "rule":
      return ruleData(world, question);
    case "logs":
      return question.want === "handovers" ? null : logsData(world, question);
    case "topology":
      return topologyData(world, question);
    case "objects":
      return {
        about: "objects",
        objects: world.objects.filter(({ entity }) => inside(entity, question.in) && asksFor(question.kinds, entityParts(entity).kind)),
      };
    case "events":
      return { about: "events", events: world.events.filter(({ entity }) => inside(entity, question.in)) };
    case "changes":
      return {
        about: "changes",
        changes: world.changes.filter((change) => question.of.some((of) => inside(change.entity, of) || change.touches.includes(of))),
      };
    case "alerts":
      return { about: "alerts", alerts: [] };
    case "calls":
    case "checks":
      return null;
  }
}

/** The answer of the world to one question. */
export function answerOf(world: World, question: Question): Answer {
  const source = "recorded";
  const common = { id: evidenceId(question, source), source, question, asked: [] };
  const because = world.fails(question);
  const data = because === null ? dataFor(world, question) : null;
  if (data === null) return { ...common, kind: "unanswered", because: because ?? "not_recorded", detail: "" };
  const window = "window" in question ? question.window : { from: null, to: world.asOf };
  const asOf = question.about === "objects" ? { as_of: world.objectsAsOf } : {};
  const coverage: Coverage = { from: window.from, to: window.to, complete: true, missing_share: 0, ...asOf };
  return { ...common, kind: "answered", data, coverage };
}

export interface Run {
  readonly scope: Scope;
  readonly answers: readonly Answer[];
  readonly rounds: readonly Question[][];
  readonly diagnosis: Diagnosis;
}

/** The whole way in memory: scope, three rounds of questions, diagnosis. */
export function run(world: World, judged: EntityId | null = null): Run {
  const scope = scopeOf({ asOf: world.asOf, alerts: judged === null ? world.alerts : [], entities: [], deployment: judged });
  const answers: Answer[] = [];
  const rounds: Question[][] = [];
  for (const round of [1, 2, 3] as const) {
    const questions = planQuestions(scope, answers, round);
    rounds.push(questions);
    answers.push(...questions.map((question) => answerOf(world, question)));
  }
  return { scope, answers, rounds, diagnosis: diagnose(scope, answers) };
}
