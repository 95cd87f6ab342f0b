import type { ClusterEvent, EntityId, Finding } from "@sre/contracts/evidence";
import { listAt, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { brief } from "../messages/words.ts";
import type { Cited, Seen } from "../seen/seen.ts";
import { pullTrouble, type PullTrouble } from "./pull-trouble.ts";
import { began, byEntity, citesOf, containers, eventsOf, livePods } from "./pods.ts";

const pullReasons: ReadonlySet<string> = new Set([
  "ImagePullBackOff",
  "ErrImagePull",
  "InvalidImageName",
  "ErrImageNeverPull",
  "RegistryUnavailable",
]);
const configReasons: ReadonlySet<string> = new Set(["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]);

// The kubelet's words for a secret, a configuration or a key of one that a container or a volume names and that is not there.
const referenceMissing =
  /(configmaps?|secrets?) .{0,253}not found|couldn't find key|non-existent (config ?map|secret) key|references non-existent/i;
const pullWords = /(pull(ing)? image|ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|apply default image tag)/i;

const imageIn = (message: string): string => /image "([^"]{1,300})"/i.exec(message)?.[1] ?? "";

/** Whether a container whose image lies beside this one runs somewhere: then its registry answers to the pods here. */
function neighbourRuns(seen: Seen, image: string): boolean {
  const place = image.slice(0, image.lastIndexOf("/") + 1);
  // A name without a place is one of the default registry's own, which it hands out to everybody.
  if (place === "") return image !== "";
  return livePods(seen).some((pod) =>
    listAt(pod.status, "containerStatuses").some((status) => status["ready"] === true && textAt(status, "image").startsWith(place)),
  );
}

const finer: Readonly<Record<Exclude<PullTrouble, "ambiguous">, FindingKind>> = {
  denied: "image_pull_denied",
  unresolved: "registry_unresolved",
  not_found: "image_not_found",
};

/** The finest name for a pull that fails: all that was said of one pod taken together. */
function pullKind(seen: Seen, said: string): FindingKind | null {
  const trouble = pullTrouble(said);
  if (trouble === null) return null;
  if (trouble !== "ambiguous") return finer[trouble];
  return neighbourRuns(seen, imageIn(said)) ? "image_not_found" : "image_pull_denied";
}

interface Failing {
  readonly entity: EntityId;
  readonly events: readonly Cited<ClusterEvent>[];
  readonly said: readonly string[];
  readonly cites: Finding["evidence"];
}

/** What status and events say of each pod, events the newest first. */
function failing(seen: Seen, events: readonly Cited<ClusterEvent>[], waits: ReadonlySet<string>): Failing[] {
  const states = Map.groupBy(
    containers(seen).filter(({ waiting }) => waits.has(waiting)),
    ({ pod }) => pod.entity,
  );
  const groups = new Map(byEntity(events).map((group) => [group.entity, group]));
  return [...new Set([...states.keys(), ...groups.keys()])].map((entity) => {
    const [own, group] = [states.get(entity) ?? [], groups.get(entity)];
    const newest = [...(group?.events ?? [])].reverse();
    const said = [...own.map(({ waiting, waitingMessage }) => `${waiting} ${waitingMessage}`), ...newest.map(({ message }) => message)];
    return { entity, events: group?.events ?? [], said, cites: [...own.map(({ pod }) => pod.cite), ...citesOf(newest)] };
  });
}

function detailed(seen: Seen, what: FindingKind, { entity, events, said, cites }: Failing): Finding {
  const [first] = byEntity(events);
  const telling = said.find((text) => pullTrouble(text) !== null || referenceMissing.test(text)) ?? said[0] ?? "";
  const image = said.map(imageIn).find((text) => text !== "") ?? "?";
  const from = first === undefined ? {} : began(seen, first.first);
  const now = cites.some(({ id }) => seen.now.has(id));
  return finding({ what, entity, ...from, strength: 0.95, evidence: cites, values: { image, detail: brief(telling, 400) }, now });
}

function general(seen: Seen, events: readonly Cited<ClusterEvent>[], what: "image_pull_failing" | "container_config_error"): Finding[] {
  return byEntity(events).map((group) =>
    finding({
      what,
      entity: group.entity,
      ...began(seen, group.first),
      strength: 0.9,
      evidence: citesOf(group.events),
      values: { detail: brief(group.last.message) },
      now: seen.now.has(group.first.cite.id),
    }),
  );
}

/** Images that cannot be pulled and containers that cannot be made from their configuration, each with the reason if it is told. */
export function detectContainerStart(seen: Seen): Finding[] {
  const states = containers(seen).flatMap(({ pod, waiting, waitingMessage }) => {
    const what = pullReasons.has(waiting) ? "image_pull_failing" : configReasons.has(waiting) ? "container_config_error" : null;
    if (what === null) return [];
    const values = { detail: brief(`${waiting} ${waitingMessage}`) };
    return [finding({ what, entity: pod.entity, strength: 0.97, evidence: [pod.cite], values, now: seen.now.has(pod.cite.id) })];
  });
  const events = eventsOf(seen, ["Failed", "BackOff", "ErrImageNeverPull", "InspectFailed", "FailedMount"]);
  const pulls = events.filter(({ message }) => pullWords.test(message));
  const configs = events.filter(({ message }) => referenceMissing.test(message) || /CreateContainerConfigError/i.test(message));
  const reasons = [
    ...failing(seen, pulls, pullReasons).flatMap((one) => {
      const what = pullKind(seen, one.said.join("\n"));
      return what === null ? [] : [detailed(seen, what, one)];
    }),
    ...failing(seen, configs, configReasons).flatMap((one) =>
      one.said.some((text) => referenceMissing.test(text)) ? [detailed(seen, "config_reference_missing", one)] : [],
    ),
  ];
  return [...states, ...general(seen, pulls, "image_pull_failing"), ...general(seen, configs, "container_config_error"), ...reasons];
}
