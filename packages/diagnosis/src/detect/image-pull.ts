import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, containers, eventsOf } from "./pods.ts";

const pullReasons: ReadonlySet<string> = new Set([
  "ImagePullBackOff",
  "ErrImagePull",
  "InvalidImageName",
  "ErrImageNeverPull",
  "RegistryUnavailable",
]);
const configReasons: ReadonlySet<string> = new Set(["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]);

/** Images that cannot be pulled and containers that cannot be made from their configuration. */
export function detectContainerStart(seen: Seen): Finding[] {
  const states = containers(seen).flatMap(({ pod, waiting, waitingMessage }) => {
    const what = pullReasons.has(waiting) ? "image_pull_failing" : configReasons.has(waiting) ? "container_config_error" : null;
    if (what === null) return [];
    const values = { detail: brief(`${waiting} ${waitingMessage}`) };
    return [finding({ what, entity: pod.entity, strength: 0.97, evidence: [pod.cite], values, now: seen.now.has(pod.cite.id) })];
  });
  const events = eventsOf(seen, ["Failed", "BackOff", "ErrImageNeverPull", "InspectFailed"]);
  const pulls = events.filter(({ message }) => /(pull(ing)? image|ErrImagePull|ImagePullBackOff|ErrImageNeverPull)/i.test(message));
  const configs = events.filter(({ message }) =>
    /(configmap|secret) .{0,253}not found|couldn't find key|CreateContainerConfigError/i.test(message),
  );
  const worded = (what: "image_pull_failing" | "container_config_error", group: ReturnType<typeof byEntity>[number]) =>
    finding({
      what,
      entity: group.entity,
      ...began(seen, group.first),
      strength: 0.9,
      evidence: citesOf(group.events),
      values: { detail: brief(group.last.message) },
      now: seen.now.has(group.first.cite.id),
    });
  const told = [
    ...byEntity(pulls).map((group) => worded("image_pull_failing", group)),
    ...byEntity(configs).map((group) => worded("container_config_error", group)),
  ];
  return [...states, ...told];
}
