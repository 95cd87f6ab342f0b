import { byCodeUnit, canonicalJson, evidenceId } from "@sre/contracts/canonical";
import { entityParts, type Answer, type ClusterEvent, type Window } from "@sre/contracts/evidence";
import { cutText, redact } from "@sre/evidence";
import { textCalls } from "./cache.ts";
import { textAt } from "./fields.ts";
import { clusterId, idOfResource, namespaceId } from "./kinds.ts";
import { singular } from "./kubectl/describe.ts";
import type { Recording } from "./objects.ts";
import { ageSeconds, before } from "./time.ts";

const eventsMax = 5_000;
const messageCharactersMax = 1_000;

interface Shown {
  readonly type: string;
  readonly reason: string;
  /** "5m6s", or "3m2s (x12 over 5m6s)". */
  readonly age: string;
  readonly from: string;
  readonly message: string;
}

/** The rows of the events that describe ends with; a message may go on in the next lines. */
function describedEvents(text: string): Shown[] {
  const at = text.search(/^Events:$/m);
  if (at < 0) return [];
  const rows: Shown[] = [];
  for (const line of text.slice(at).split("\n").slice(3)) {
    const found = /^\s+(Normal|Warning)\s{2,}(\S+)\s+(\S+(?: \(x\d+ over \S+\))?)\s+(\S*)\s{2,}(.*)$/.exec(line);
    const last = rows.at(-1);
    if (found)
      rows.push({ type: found[1] ?? "", reason: found[2] ?? "", age: found[3] ?? "", from: found[4] ?? "", message: found[5] ?? "" });
    else if (last && line.trim() !== "") rows[rows.length - 1] = { ...last, message: `${last.message}\n${line.trim()}` };
  }
  return rows;
}

function eventOf(shown: Shown, about: { entity: string; recording: Recording }): ClusterEvent | null {
  const [, newest = "", times, oldest] = /^(\S+)(?: \(x(\d+) over (\S+)\))?$/.exec(shown.age) ?? [];
  const last = ageSeconds(newest);
  if (last === null) return null;
  const first = oldest === undefined ? last : (ageSeconds(oldest) ?? last);
  const { collectedAt } = about.recording;
  return {
    entity: about.entity,
    reason: shown.reason,
    message: cutText(redact(shown.message), messageCharactersMax),
    type: shown.type === "Warning" ? "Warning" : "Normal",
    count: Number(times ?? 1),
    first_at: before(collectedAt, Math.max(first, last)),
    last_at: before(collectedAt, last),
    from: shown.from,
  };
}

function fromDescribe(recording: Recording): ClusterEvent[] {
  return textCalls(recording.calls, "DescribeResource").flatMap(({ args, text }) => {
    const entity = idOfResource(
      singular(textAt(args, "resource_type")),
      textAt(args, "namespace") || recording.namespace,
      textAt(args, "name"),
    );
    return describedEvents(text).flatMap((shown) => eventOf(shown, { entity, recording }) ?? []);
  });
}

// The list has no headings where the recorder cut its beginning; its five columns are two blanks apart.
function listed(line: string, namespace: string, recording: Recording): ClusterEvent | null {
  const found = /^(\S+)\s{2,}(Normal|Warning)\s{2,}(\S+)\s{2,}([a-z.]+)\/(\S+)\s{2,}(.*)$/.exec(line);
  if (!found) return null;
  const [, age = "", type = "", reason = "", resource = "", name = "", message = ""] = found;
  const entity = idOfResource(singular(resource), namespace, name);
  return eventOf({ type, reason, age, from: "", message }, { entity, recording });
}

function fromLists(recording: Recording): ClusterEvent[] {
  return textCalls(recording.calls, "GetResources").flatMap(({ args, text }) => {
    if (textAt(args, "resource_type") !== "events") return [];
    return text.split("\n").flatMap((line) => listed(line, textAt(args, "namespace"), recording) ?? []);
  });
}

// The same message about the same thing: describe tells how often and since when, the list only when last, once for each.
function merged(described: readonly ClusterEvent[], lists: readonly ClusterEvent[]): ClusterEvent[] {
  const key = ({ entity, reason, message }: ClusterEvent) => canonicalJson([entity, reason, message]);
  const known = new Map<string, ClusterEvent>();
  for (const event of described) known.set(key(event), event);
  const told = new Set(known.keys());
  for (const event of lists) {
    const same = known.get(key(event));
    if (told.has(key(event))) continue;
    known.set(key(event), same === undefined ? event : together(same, event));
  }
  return [...known.values()];
}

function together(a: ClusterEvent, b: ClusterEvent): ClusterEvent {
  const [first, last] = [[a.first_at, b.first_at].sort(byCodeUnit)[0], [a.last_at, b.last_at].sort(byCodeUnit)[1]];
  return { ...a, count: a.count + b.count, first_at: first ?? a.first_at, last_at: last ?? a.last_at };
}

/** Events by what they are about: the namespace's, those of things without one, and those of other namespaces that were listed. */
export function eventAnswers(recording: Recording, window: Window): Answer[] {
  const all = merged(fromDescribe(recording), fromLists(recording)).filter(({ last_at }) => Date.parse(last_at) >= Date.parse(window.from));
  const places = new Map<string, ClusterEvent[]>([
    [namespaceId(recording.namespace), []],
    [clusterId, []],
  ]);
  for (const event of all) {
    const { namespace } = entityParts(event.entity);
    const place = namespace === "" ? clusterId : namespaceId(namespace);
    places.set(place, [...(places.get(place) ?? []), event]);
  }
  return [...places].map(([place, events]): Answer => {
    const question = { about: "events" as const, in: place, window };
    const sorted = events.sort((a, b) => byCodeUnit(b.last_at, a.last_at) || byCodeUnit(canonicalJson(a), canonicalJson(b)));
    const cut = sorted.length > eventsMax;
    const coverage = {
      ...window,
      complete: !cut,
      missing_share: 0,
      ...(cut ? { truncated_by: "rows" as const } : {}),
      as_of: "then" as const,
    };
    const { source } = recording;
    return {
      id: evidenceId(question, source),
      source,
      question,
      asked: [],
      kind: "answered",
      data: { about: "events", events: sorted.slice(0, eventsMax) },
      coverage,
    };
  });
}
