import { componentOf, type ComponentId } from "./component.ts";
import { correlationLimits } from "./constants.ts";
import type { Dependencies } from "./dependencies.ts";
import type { AlertToPlace } from "./alerts-and-incidents.ts";

/** What of an alert is compared with groups. */
export interface AlertTraits {
  readonly alert: AlertToPlace;
  /** Null when nothing says what it is about. */
  readonly component: ComponentId | null;
  /** Other components that its labels or its text name. */
  readonly named: readonly ComponentId[];
  readonly name: string;
  readonly labels: readonly string[];
  readonly words: readonly string[];
  /** Whether it tells of requests and work (errors, latency, lag), which what a thing asks can spoil; otherwise of the thing's own state. */
  readonly ofRequests: boolean;
  /** Whether it tells of reading and writing, which what a thing keeps its data on can spoil. */
  readonly ofStorage: boolean;
}

// They say how bad it is, who watched, or which copy of a thing it was: nothing by which faults differ.
const meaningless = new Set([
  "alertname",
  "severity",
  "prometheus",
  "job",
  "endpoint",
  "container",
  "instance",
  "pod",
  "receiver",
  "monitor",
]);
const word = /[\p{L}][\p{L}\p{N}._-]{2,}/gu;
const stopWords = new Set([
  "the",
  "for",
  "and",
  "has",
  "have",
  "are",
  "was",
  "more",
  "than",
  "from",
  "with",
  "over",
  "last",
  "been",
  "its",
  "not",
  "can",
  "too",
]);

// Latency, traffic, errors and saturation: the four by which a service is watched from outside, in the words rules are named with.
const requestWords =
  /error|fail|latency|slow|time-?out|duration|unavailable|unreachable|refused|5xx|burn|slo(?![a-z])|slo[A-Z]|availability|success|saturat|queue|wait|lag|backlog|stale|probe|handshake|upstream|down|cpu|throttl|overload/i;

const storageWords = /volume|disk|storage|filesystem|inode|persistent|pvc|iops|iowait|fsync/i;

/** Whether alerts of this name tell of requests and work, which what a thing asks can spoil. */
export const tellsOfRequests = (name: string): boolean => requestWords.test(name);

const shortEnough = (text: string) => text.length <= correlationLimits.charactersKeptMax;

function wordsOf(text: string): string[] {
  // Longer ones go first: an end of many dots costs its square.
  const found = (text.toLowerCase().match(word) ?? []).filter(shortEnough).map((one) => one.replace(/[._-]+$/, ""));
  return [...new Set(found.filter((one) => !stopWords.has(one)))].slice(0, correlationLimits.wordsPerAlertMax);
}

function namedIn(dependencies: Dependencies, values: readonly string[], place: { cluster: string; namespace: string }): ComponentId[] {
  const { names } = dependencies;
  const found = new Set<ComponentId>();
  for (const value of values) {
    if (found.size >= correlationLimits.namedMax) break;
    const anywhere = { cluster: place.cluster, namespace: "" };
    const component =
      names.find(value, place) ?? names.find(value, anywhere) ?? names.find(`node:${value}`, anywhere) ?? dependencies.nodeOf(value);
    if (component !== null) found.add(component);
  }
  return [...found];
}

/** Reads what is compared. */
export function traitsOf(alert: AlertToPlace, dependencies: Dependencies): AlertTraits {
  const { resolved, labels = {}, text = "", name = "" } = alert;
  const component = resolved.entity === null ? null : dependencies.names.complete(componentOf(resolved.entity));
  const words = wordsOf(text);
  const telling = Object.entries(labels).filter(([label]) => !meaningless.has(label));
  const named = namedIn(dependencies, [...Object.values(labels), ...words], resolved).filter((other) => other !== component);
  return {
    alert,
    component,
    named,
    name: name.slice(0, correlationLimits.charactersKeptMax),
    words,
    labels: telling.map(([label, value]) => `${label}=${value}`).filter(shortEnough),
    ofRequests: tellsOfRequests(name),
    ofStorage: storageWords.test(name),
  };
}
