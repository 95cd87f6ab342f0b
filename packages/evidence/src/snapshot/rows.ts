import { byCodeUnit } from "@sre/contracts/canonical";
import {
  entityParts,
  type DataOf,
  type Edge,
  type EntityId,
  type EvidenceData,
  type Question,
  type QuestionOf,
} from "@sre/contracts/evidence";
import { cutCalls, cutLogs, cutRule, cutSeries } from "./grids.ts";
import type { Places } from "./places.ts";
import { iso, ms, touches, type Span } from "./spans.ts";

/** A question as it is looked up: the part of its keys that one recording covers, within what may leave the snapshot. */
export interface Ask {
  readonly question: Question;
  readonly keys: readonly string[];
  readonly span: Span;
  readonly asOfMs: number;
  readonly places: Places;
  /** Whether the recording is about the very same things, so that rows without an entity belong to it. */
  readonly sameSubject: boolean;
  /** Whether the recording answers this very question: then only time cuts it, and it replays as it was seen. */
  readonly exact: boolean;
  /** The last instant that the recording reached, and whether it is labelled as seen later than its own time. */
  readonly seenUntilMs: number;
  readonly seenNow: boolean;
}

/** Some kinds have two names: a Service is asked for as `service_object` when the service itself is not meant. */
export function sameKind(kind: string): string {
  return kind === "service_object" ? "service" : kind;
}

function inAnyOf(ask: Ask, subjects: readonly EntityId[]): (entity: EntityId) => boolean {
  return (entity) => ask.exact || subjects.some((subject) => ask.places.contains(subject, entity));
}

function events(data: DataOf<"events">, ask: Ask & { question: QuestionOf<"events"> }): DataOf<"events"> {
  const belongs = inAnyOf(ask, [ask.question.in]);
  const kept = data.events.filter((event) => belongs(event.entity) && touches(ask.span, event.first_at, event.last_at));
  return {
    about: "events",
    events: kept.map((event) => (ms(event.last_at) > ask.asOfMs ? { ...event, last_at: iso(ask.asOfMs) } : event)),
  };
}

function changes(data: DataOf<"changes">, ask: Ask): DataOf<"changes"> {
  const belongs = inAnyOf(ask, ask.keys);
  const kept = data.changes.filter(
    (change) =>
      [change.entity, ...change.touches].some(belongs) && touches(ask.span, change.started_at, change.ended_at ?? change.started_at),
  );
  const then = kept.map((change) => {
    const over = change.ended_at !== null && ms(change.ended_at) > ask.asOfMs;
    return over ? { ...change, ended_at: null, state: "started" as const } : change;
  });
  return { about: "changes", changes: then };
}

function alerts(data: DataOf<"alerts">, ask: Ask & { question: QuestionOf<"alerts"> }): DataOf<"alerts"> {
  const belongs = inAnyOf(ask, [ask.question.in]);
  const kept = data.alerts.filter(
    (alert) => (alert.entity === null ? ask.sameSubject : belongs(alert.entity)) && touches(ask.span, alert.from, alert.to),
  );
  const then = kept.map((alert) =>
    alert.to !== null && ms(alert.to) > ask.asOfMs ? { ...alert, to: null, state: "firing" as const } : alert,
  );
  return { about: "alerts", alerts: then };
}

function objects(data: DataOf<"objects">, ask: Ask & { question: QuestionOf<"objects"> }): DataOf<"objects"> {
  const kinds = new Set(ask.keys.map(sameKind));
  const belongs = inAnyOf(ask, [ask.question.in]);
  const kept = data.objects.filter(({ entity, created_at }) => {
    const later = !ask.seenNow && created_at !== null && ms(created_at) > ask.asOfMs;
    return (ask.exact || kinds.has(sameKind(entityParts(entity).kind))) && belongs(entity) && !later;
  });
  return { about: "objects", objects: kept };
}

function calls(data: DataOf<"calls">, ask: Ask): DataOf<"calls"> {
  const keys = new Set(ask.keys);
  const rows = data.rows.filter(({ of }) => ask.exact || keys.has(of) || of.split(">").some((end) => keys.has(end)));
  return cutCalls({ ...data, rows }, ask.span);
}

function logs(data: DataOf<"logs">, ask: Ask & { question: QuestionOf<"logs"> }): DataOf<"logs"> {
  const levels = new Set(ask.question.levels);
  const container = ask.sameSubject ? null : (entityParts(ask.question.of).name.split(":")[1] ?? null);
  const patterns = data.patterns.filter(
    (pattern) => ask.exact || ((levels.size === 0 || levels.has(pattern.level)) && (container === null || pattern.container === container)),
  );
  return cutLogs({ ...data, patterns }, ask.span, ask.seenUntilMs);
}

function topology(data: DataOf<"topology">, ask: Ask & { question: QuestionOf<"topology"> }): DataOf<"topology"> {
  if (ask.exact) return data;
  const near = neighbourhood(data.edges, ask.keys, ask.question.depth);
  const edges = data.edges.filter((edge) => near.has(edge.from) && near.has(edge.to));
  const named = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const entities = data.entities.filter((entity) => near.has(entity) || named.has(entity));
  return { about: "topology", entities, edges, aliases: data.aliases.filter((alias) => near.has(alias.entity)) };
}

/** What can be reached from the given things along at most `depth` edges, in either direction. */
export function neighbourhood(edges: readonly Edge[], from: readonly EntityId[], depth: number): ReadonlySet<EntityId> {
  const next = new Map<EntityId, EntityId[]>();
  const link = (a: EntityId, b: EntityId) => {
    const known = next.get(a);
    if (known) known.push(b);
    else next.set(a, [b]);
  };
  for (const { from: a, to: b } of edges) {
    link(a, b);
    link(b, a);
  }
  const found = new Set(from);
  let frontier: readonly EntityId[] = from;
  for (let hop = 0; hop < depth; hop++) {
    frontier = frontier.flatMap((entity) => next.get(entity) ?? []).filter((entity) => !found.has(entity));
    for (const entity of frontier) found.add(entity);
  }
  return found;
}

function series(data: DataOf<"series">, ask: Ask & { question: QuestionOf<"series"> }): DataOf<"series"> {
  const { question } = ask;
  if (ask.exact) return cutSeries(data, ask.span, data.step_ms);
  const keys = new Set(ask.keys);
  const cut = cutSeries({ ...data, rows: data.rows.filter(({ of }) => keys.has(of)) }, ask.span, question.step_seconds * 1_000);
  if (question.top === undefined || cut.rows.length <= question.top) return cut;
  const weight = (values: readonly (number | null)[]) => values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
  const ordered = [...cut.rows].sort(
    (a, b) => weight(b.values) - weight(a.values) || byCodeUnit(JSON.stringify(a.labels), JSON.stringify(b.labels)),
  );
  return { ...cut, rows: ordered.slice(0, question.top), rest: (cut.rest ?? 0) + ordered.length - question.top };
}

/** The part of recorded data that answers a question; null when it is about something else. */
export function cutData(data: EvidenceData, ask: Ask): EvidenceData | null {
  const { question } = ask;
  if (data.about === "rule" && question.about === "rule") return cutRule(data, ask.span);
  if (data.about === "series" && question.about === "series") return series(data, { ...ask, question });
  if (data.about === "calls" && question.about === "calls") return calls(data, ask);
  if (data.about === "logs" && question.about === "logs") return logs(data, { ...ask, question });
  if (data.about === "objects" && question.about === "objects") return objects(data, { ...ask, question });
  if (data.about === "events" && question.about === "events") return events(data, { ...ask, question });
  if (data.about === "alerts" && question.about === "alerts") return alerts(data, { ...ask, question });
  if (data.about === "changes" && question.about === "changes") return changes(data, ask);
  if (data.about === "topology" && question.about === "topology") return topology(data, { ...ask, question });
  if (data.about !== "checks" || question.about !== "checks") return null;
  const belongs = inAnyOf(ask, ask.keys);
  const checks = data.checks.filter(
    (check) => ms(check.at) <= ask.asOfMs && [check.to, ...(check.from === null ? [] : [check.from])].some(belongs),
  );
  return { about: "checks", checks };
}
