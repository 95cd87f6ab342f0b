import type { ClusterEvent, EntityId, Finding } from "@sre/contracts/evidence";
import { isWorkload, podOf } from "../entities.ts";
import { listAt, numberAt } from "../fields.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { brief } from "../messages/words.ts";
import { liveObject, podSpec, templateOf, type Fields } from "../seen/estate.ts";
import type { Cited, Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, eventsOf } from "./pods.ts";
import { probeOf, saysNobodyListens, saysOtherProtocol, type ProbeSetting, type ProbeWord } from "./probe-setting.ts";

/*
 * Why a probe fails although its container works: it asks a port that the container does not serve, in another protocol,
 * or gives up before the container can have started. Settings are held against the container before words are believed.
 */

type Trouble = "port" | "protocol" | "timing";

/** Given up within this many seconds after the start: many a server is not up by then. */
const budgetSecondsMin = 15;

const wordOf = (message: string): ProbeWord | null => {
  const word = /(readiness|liveness|startup) probe/i.exec(message)?.[1]?.toLowerCase();
  return word === "readiness" || word === "liveness" || word === "startup" ? word : null;
};

/** The probes of one kind in a pod: as its workload declares them, because meshes rewrite those of the pod. */
function settingsOf(seen: Seen, pod: EntityId, word: ProbeWord): { setting: ProbeSetting; container: Fields }[] {
  const owner = seen.graph.topOwner(podOf(pod));
  const template = isWorkload(owner) ? listAt(templateOf(seen, owner), "containers") : [];
  const containers = template.length > 0 ? template : listAt(podSpec(seen, pod), "containers");
  return containers.flatMap((container) => {
    const setting = probeOf(container, word);
    return setting === null ? [] : [{ setting, container }];
  });
}

// The message names the address that was asked; containers of one pod differ by their port.
function asked<T extends { setting: ProbeSetting }>(settings: readonly T[], message: string): T | null {
  const port = Number(/(?:\d{1,3}\.){3}\d{1,3}:(\d{1,5})/.exec(message)?.[1] ?? Number.NaN);
  return settings.find(({ setting }) => setting.port === port) ?? (settings.length === 1 ? (settings[0] ?? null) : null);
}

const other: Readonly<Record<ProbeWord, ProbeWord>> = { liveness: "readiness", readiness: "liveness", startup: "liveness" };

/** Another probe asks the same port in another protocol, and does not fail. */
function contradicted({ setting, container }: { setting: ProbeSetting; container: Fields }, word: ProbeWord, failing: ReadonlySet<ProbeWord>): boolean {
  const second = probeOf(container, other[word]);
  if (second === null || failing.has(other[word])) return false;
  const speaks = (type: ProbeSetting["type"]) => type === "httpGet" || type === "grpc";
  return second.port === setting.port && second.type !== setting.type && speaks(setting.type);
} // prettier-ignore

interface Failing {
  readonly word: ProbeWord;
  readonly message: string;
  readonly failing: ReadonlySet<ProbeWord>;
  readonly restarted: boolean;
}

function troubleOf(one: { setting: ProbeSetting; container: Fields }, { word, message, failing, restarted }: Failing): Trouble | null {
  const { setting } = one;
  const wrongPort = setting.port === null || (setting.port !== undefined && setting.ports.length > 0 && !setting.ports.includes(setting.port));
  if (saysOtherProtocol(message)) return "protocol";
  if (wrongPort) return "port";
  if (contradicted(one, word, failing)) return "protocol";
  return word !== "readiness" && restarted && setting.budgetSeconds < budgetSecondsMin && saysNobodyListens(message) ? "timing" : null;
} // prettier-ignore

const restartsOf = (seen: Seen, pod: EntityId): number =>
  Math.max(0, ...listAt(liveObject(seen, pod)?.status, "containerStatuses").map((status) => numberAt(status, "restartCount") ?? 0));

// A container that fails its startup probe is ended as by its liveness probe.
const nameFor = (word: ProbeWord, trouble: Trouble): FindingKind =>
  word === "readiness" && trouble !== "timing" ? `readiness_probe_${trouble}` : `liveness_probe_${trouble}`;

function judge(seen: Seen, events: readonly Cited<ClusterEvent>[], failing: ReadonlySet<ProbeWord>): Finding[] {
  return byEntity(events).flatMap(({ entity, events: group, first, last, count }) => {
    const word = wordOf(last.message);
    if (word === null) return [];
    const one = asked(settingsOf(seen, entity, word), last.message);
    const restarted = restartsOf(seen, entity) > 0 || eventsOf(seen, ["Killing"]).some((event) => event.entity === entity && /liveness/i.test(event.message));
    const trouble = one === null ? null : troubleOf(one, { word, message: last.message, failing, restarted });
    if (one === null || trouble === null) return [];
    const { setting } = one;
    const values = { port: setting.portText || "?", ports: setting.ports.join(", ") || "?", type: setting.type, budget: setting.budgetSeconds, count, detail: brief(last.message) };
    const pod = liveObject(seen, entity);
    const evidence = [...citesOf(group), ...(pod === null ? [] : [pod.cite])];
    return [finding({ what: nameFor(word, trouble), entity, ...began(seen, first), strength: 0.95, evidence, values, now: seen.now.has(first.cite.id) })];
  });
} // prettier-ignore

/** Probes that are set so that they must fail, from Unhealthy events and the settings of the containers. */
export function detectProbeKinds(seen: Seen): Finding[] {
  const unhealthy = eventsOf(seen, ["Unhealthy", "ProbeError"]);
  const words = (pod: EntityId) => new Set(unhealthy.filter(({ entity }) => entity === pod).flatMap(({ message }) => wordOf(message) ?? []));
  const groups = Map.groupBy(unhealthy, ({ entity, message }) => `${entity} ${wordOf(message) ?? ""}`);
  return [...groups.values()].flatMap((events) => judge(seen, events, words(events[0]?.entity ?? "")));
} // prettier-ignore
