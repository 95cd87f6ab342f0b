import { evidenceId } from "@sre/contracts/canonical";
import { entityId, type Answer, type DataOf, type EntityId, type Instant } from "@sre/contracts/evidence";
import { cutText, redact } from "@sre/evidence";
import { textCalls } from "./cache.ts";
import { numberAt, textAt } from "./fields.ts";
import { cluster, nodeId, serviceId } from "./kinds.ts";
import type { Recording } from "./objects.ts";
import { recorderInstant } from "./time.ts";

type Check = DataOf<"checks">["checks"][number];
const detailCharactersMax = 1_000;
const subjectsMax = 200;

/** A part of a node that no API tells of, such as its kube-proxy. */
const componentId = (node: string, component: string): EntityId =>
  entityId({ cluster, namespace: "", kind: "component", name: `${node}:${component}` });

function outcomeOf(said: string): Pick<Check, "outcome" | "detail"> {
  const detail = said.trim().slice(0, detailCharactersMax);
  if (/Connection Succeeded|\bopen\b/.test(said)) return { outcome: "ok", detail };
  if (/bad address|resolve|unknown host/i.test(said)) return { outcome: "unresolved", detail };
  if (/refused/i.test(said)) return { outcome: "refused", detail };
  // The probe's own watchdog ends it when nobody answers.
  return { outcome: /timed? ?out|Terminated|punt!/i.test(said) ? "timeout" : "error", detail };
}

/** Tries from somewhere, or from a pod on each of several nodes. */
function connectivityChecks(text: string, about: { to: EntityId; port: number | null; at: Instant }): Check[] {
  const port = about.port === null ? {} : { port: about.port };
  const parts = text.split(/^Debug Pod test results deployed on (\S+): ?/m);
  if (parts.length === 1) return [{ from: null, to: about.to, ...port, ...outcomeOf(text), at: about.at }];
  return parts
    .slice(1)
    .flatMap((part, i, all) =>
      i % 2 === 0 ? [{ from: nodeId(part), to: about.to, ...port, ...outcomeOf(all[i + 1] ?? ""), at: about.at }] : [],
    );
}

/** What systemd says of a service on a node: its state, since when, and its last words. */
function componentCheck(text: string, about: { to: EntityId; at: Instant }): Check {
  const active = /Active: ([a-z-]+) \(([^)]*)\)(?: since \w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d))?/.exec(text);
  const since = recorderInstant(active?.[3] ?? "");
  const words = text.split("\n").slice(-5).join("\n");
  return {
    from: null,
    to: about.to,
    outcome: active?.[1] === "active" ? "ok" : "error",
    ...(active ? { code: `${active[1]} (${active[2]})` } : {}),
    ...(since === null ? {} : { since }),
    detail: cutText(redact(words), detailCharactersMax),
    at: about.at,
  };
}

function answersOf(recording: Recording, checks: readonly Check[]): Answer[] {
  const subjects = [...new Set(checks.map(({ to }) => to))].sort();
  const chunks = Array.from({ length: Math.ceil(subjects.length / subjectsMax) }, (_, i) =>
    subjects.slice(i * subjectsMax, (i + 1) * subjectsMax),
  );
  return chunks.map((of): Answer => {
    const { source, collectedAt: at } = recording;
    const question = { about: "checks" as const, of, as_of: at };
    const own = checks.filter(({ to }) => of.includes(to));
    const coverage = { from: at, to: at, complete: true, missing_share: 0 };
    return {
      id: evidenceId(question, source),
      source,
      question,
      asked: [],
      kind: "answered",
      data: { about: "checks", checks: own },
      coverage,
    };
  });
}

// Where the arguments stand in the tool's name, the service follows the namespace.
function serviceOf(args: Readonly<Record<string, unknown>>, namespace: string): string {
  const place = textAt(args, "place");
  return textAt(args, "service_name") || (place.startsWith(`${namespace}-`) ? place.slice(namespace.length + 1) : place);
}

/** Connections that were tried and services of nodes that were looked at: two answers, neither of which a live source gives. */
export function checkAnswers(recording: Recording): Answer[] {
  const at = recording.collectedAt;
  const connections = textCalls(recording.calls, "CheckServiceConnectivity").flatMap(({ args, text }) =>
    connectivityChecks(text, {
      to: serviceId(recording.namespace, serviceOf(args, recording.namespace)),
      port: numberAt(args, "port"),
      at,
    }),
  );
  const components = textCalls(recording.calls, "CheckNodeServiceStatus").map(({ args, text }) =>
    componentCheck(text, { to: componentId(textAt(args, "node_name"), textAt(args, "service_name")), at }),
  );
  return [...answersOf(recording, connections), ...answersOf(recording, components)];
}
