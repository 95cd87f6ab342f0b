import type { EntityId, Finding } from "@sre/contracts/evidence";
import { listAt, numberAt, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import { podSpec, type Fields } from "../seen/estate.ts";
import type { Cited, Seen, SeenLogs } from "../seen/seen.ts";
import { ms } from "../time.ts";
import { containers, type ContainerState } from "./pods.ts";

/*
 * What a container that ends again and again said before it ended, where its pod's spec gives the words a meaning: no
 * permission on a file while it mounts a volume (errno EACCES, EPERM), a port in use while it has neighbours (EADDRINUSE).
 */

const noPermission = /permission denied|EACCES|EPERM|operation not permitted|read-only file system|EROFS/i;
// Words by which the same is said of networks, databases and HTTP.
const otherPermission =
  /https?:\/\/|status(code)?[ =:]{0,3}40[13]|\b403\b|for (user|relation|database|schema|table)|publickey|dial |connect|socket|ping|bind/i;
const portInUse =
  /address already in use|EADDRINUSE|port \d{1,5} (was |is )?already in use|only one usage of each socket address|bind.{0,80}in use/i;

interface Said {
  readonly text: string;
  readonly id: string;
  readonly part: string;
  readonly from: string;
}

function linesOf(seen: Seen, logs: readonly SeenLogs[], words: (text: string) => boolean): Said[] {
  const since = ms(seen.scope.window.from);
  return logs.flatMap(({ data, id }) =>
    data.patterns
      .filter((pattern) => ms(pattern.last_at) >= since)
      .flatMap((pattern) => {
        const text = [...pattern.samples, pattern.template].find(words);
        return text === undefined ? [] : [{ text, id, part: pattern.template, from: pattern.first_at }];
      }),
  );
}

function logsOf(seen: Seen, pod: EntityId): readonly SeenLogs[] {
  const component = seen.graph.component(pod);
  return seen.logs.filter(({ of }) => of === pod || seen.graph.component(of) === component);
}

/** Volumes of a pod that hold files of somebody else: not those that Kubernetes fills itself. */
function foreignVolumes(spec: Fields): string[] {
  const own = ["configMap", "secret", "projected", "downwardAPI"];
  const volumes = listAt(spec, "volumes").filter((volume) => !own.some((key) => key in volume) && !textAt(volume, "name").startsWith("kube-api-access"));
  const mounted = new Set(listAt(spec, "containers").flatMap((container) => listAt(container, "volumeMounts").map((mount) => textAt(mount, "name"))));
  return volumes.map((volume) => textAt(volume, "name")).filter((name) => mounted.has(name));
} // prettier-ignore

const isFailing = ({ waiting, ended, ready }: ContainerState): boolean =>
  !ready && (waiting === "CrashLoopBackOff" || (ended !== null && ended.code !== 0));

function deniedVolume(seen: Seen, state: ContainerState): Finding[] {
  const volumes = foreignVolumes(podSpec(seen, state.pod.entity));
  const [said] = linesOf(seen, logsOf(seen, state.pod.entity), (text) => noPermission.test(text) && !otherPermission.test(text));
  if (said === undefined || volumes.length === 0) return [];
  const values = { volume: volumes.join(", "), detail: brief(said.text), container: state.name };
  const evidence = [{ id: said.id, part: said.part }, state.pod.cite];
  return [finding({ what: "volume_permission_denied", entity: state.pod.entity, strength: 0.92, evidence, values, now: seen.now.has(state.pod.cite.id) })];
} // prettier-ignore

/** Ports that two containers of one pod declare with the same protocol. */
function sharedPorts(spec: Fields): number[] {
  const declared = listAt(spec, "containers").flatMap((container) => [
    ...new Set(listAt(container, "ports").map((port) => `${numberAt(port, "containerPort") ?? ""}/${textAt(port, "protocol") || "TCP"}`)),
  ]);
  return [...new Set(declared.filter((port, i) => declared.indexOf(port) !== i))].map((port) => Number.parseInt(port, 10));
}

function conflict(seen: Seen, state: ContainerState): Finding[] {
  const spec = podSpec(seen, state.pod.entity);
  if (listAt(spec, "containers").length < 2) return [];
  const [said] = linesOf(seen, logsOf(seen, state.pod.entity), (text) => portInUse.test(text));
  const shared = sharedPorts(spec);
  if (said === undefined && shared.length === 0) return [];
  const detail = brief(said?.text ?? `${state.name}: ${shared.join(", ")}`);
  const evidence: Cited<object>["cite"][] = [state.pod.cite, ...(said === undefined ? [] : [{ id: said.id, part: said.part }])];
  const strength = said === undefined ? 0.7 : 0.95;
  return [finding({ what: "port_in_use", entity: state.pod.entity, strength, evidence, values: { detail }, now: seen.now.has(state.pod.cite.id) })];
} // prettier-ignore

/** Containers that keep ending for want of permission on a volume, or because a neighbour has their port. */
export function detectContainerLogs(seen: Seen): Finding[] {
  return containers(seen)
    .filter(isFailing)
    .flatMap((state) => [...deniedVolume(seen, state), ...conflict(seen, state)]);
}
