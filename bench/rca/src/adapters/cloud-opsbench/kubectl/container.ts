import { present, type Fields } from "../fields.ts";
import { zonedInstant } from "../time.ts";
import { belowOf, lineOf, valueOf, type Line } from "./outline.ts";

/* A container as describe prints it, back in the form of the API. */

const portOf = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

function probeAction(head: string): Record<string, unknown> {
  const grpc = /^grpc \S*?:(\d+)/.exec(head);
  if (grpc) return { grpc: { port: Number(grpc[1]) } };
  const tcp = /^tcp-socket \S*?:(\S+)$/.exec(head);
  if (tcp) return { tcpSocket: { port: portOf(tcp[1] ?? "") } };
  const http = /^http-get (https?):\/\/[^:/]*:([^/\s]+)(\/\S*)?$/.exec(head);
  if (http) return { httpGet: { scheme: (http[1] ?? "").toUpperCase(), port: portOf(http[2] ?? ""), path: http[3] ?? "/" } };
  const exec = /^exec \[(.*)\]$/.exec(head);
  return exec ? { exec: { command: [exec[1] ?? ""] } } : { unknown: head };
}

const probeNumbers: Readonly<Record<string, string>> = {
  delay: "initialDelaySeconds",
  timeout: "timeoutSeconds",
  period: "periodSeconds",
  "#success": "successThreshold",
  "#failure": "failureThreshold",
};

/** A probe such as `tcp-socket :8080 delay=5s timeout=1s period=10s #success=1 #failure=3`; undefined when there is none. */
export function probeOf(text: string): Fields | undefined {
  if (text === "") return undefined;
  const cut = text.search(/\s+delay=/);
  const [head, rest] = cut < 0 ? [text, ""] : [text.slice(0, cut), text.slice(cut)];
  const numbers = [...rest.matchAll(/(#?\w+)=(\d+)/g)].flatMap(([, name = "", count]) =>
    probeNumbers[name] === undefined ? [] : [[probeNumbers[name], Number(count)] as const],
  );
  return { ...probeAction(head.trim()), ...Object.fromEntries(numbers) };
}

function variable({ key: name, value: shown }: Line): Fields {
  const from = /^<set to the key '([^']*)' (?:in|of|from) (secret|config map) '([^']*)'>(?:\s+Optional: (true|false))?/.exec(shown);
  if (from) {
    const ref = { name: from[3] ?? "", key: from[1] ?? "", optional: from[4] === "true" };
    return { name, valueFrom: from[2] === "secret" ? { secretKeyRef: ref } : { configMapKeyRef: ref } };
  }
  const field = /\(v\d+:([^)]+)\)$/.exec(shown);
  return field ? { name, valueFrom: { fieldRef: { fieldPath: field[1] ?? "" } } } : { name, value: shown };
}

function variableSource({ text }: Line): Fields[] {
  const found = /^(\S+)\s+(Secret|ConfigMap)(?: with prefix '[^']*')?\s+Optional: (true|false)/.exec(text);
  if (!found) return [];
  const ref = { name: found[1] ?? "", optional: found[3] === "true" };
  return [found[2] === "Secret" ? { secretRef: ref } : { configMapRef: ref }];
}

function mount({ text }: Line): Fields[] {
  const found = /^(\S+) from (\S+) \(([^)]*)\)$/.exec(text);
  return found ? [{ mountPath: found[1], name: found[2], readOnly: (found[3] ?? "").split(",").includes("ro") }] : [];
}

function ports(lines: readonly Line[]): Fields[] {
  const text = valueOf(lines, "Port") || valueOf(lines, "Ports");
  return [...text.matchAll(/(\d+)\/([A-Z]+)/g)].map(([, port, protocol]) => ({ containerPort: Number(port), protocol }));
}

const amounts = (lines: readonly Line[]): Record<string, string> => Object.fromEntries(lines.map(({ key, value }) => [key, value]));

function script(lines: readonly Line[], key: string): string[] | undefined {
  const below = belowOf(lines, key);
  return below.length === 0 ? undefined : below.map(({ text }) => text);
}

/** The container of a pod or of a template, from the lines below its name. */
export function containerOf({ key: name, below }: Line): Fields {
  const [limits, requests] = [belowOf(below, "Limits"), belowOf(below, "Requests")];
  const resources = present({
    limits: limits.length > 0 ? amounts(limits) : undefined,
    requests: requests.length > 0 ? amounts(requests) : undefined,
  });
  return present({
    name,
    image: valueOf(below, "Image"),
    ports: ports(below),
    command: script(below, "Command"),
    args: script(below, "Args"),
    resources,
    livenessProbe: probeOf(valueOf(below, "Liveness")),
    readinessProbe: probeOf(valueOf(below, "Readiness")),
    startupProbe: probeOf(valueOf(below, "Startup")),
    env: belowOf(below, "Environment").map(variable),
    envFrom: belowOf(below, "Environment Variables from").flatMap(variableSource),
    volumeMounts: belowOf(below, "Mounts").flatMap(mount),
  });
}

function stateOf(line: Line | null): Fields | undefined {
  if (line === null) return undefined;
  const [reason, message, code] = [valueOf(line.below, "Reason"), valueOf(line.below, "Message"), valueOf(line.below, "Exit Code")];
  const said = present({ reason: reason || undefined, message: message || undefined });
  const started = zonedInstant(valueOf(line.below, "Started")) ?? undefined;
  if (line.value === "Running") return { running: present({ startedAt: started }) };
  if (line.value === "Waiting") return { waiting: said };
  const finishedAt = zonedInstant(valueOf(line.below, "Finished")) ?? undefined;
  return { terminated: present({ ...said, exitCode: code === "" ? undefined : Number(code), startedAt: started, finishedAt }) };
}

/** The status of a container, from the same lines; null when the pod has not got so far. */
export function containerStatusOf({ key: name, below }: Line): Fields | null {
  const state = stateOf(lineOf(below, "State"));
  if (state === undefined) return null;
  return present({
    name,
    image: valueOf(below, "Image"),
    ready: valueOf(below, "Ready") === "True",
    restartCount: Number(valueOf(below, "Restart Count") || 0),
    state,
    lastState: stateOf(lineOf(below, "Last State")),
  });
}
