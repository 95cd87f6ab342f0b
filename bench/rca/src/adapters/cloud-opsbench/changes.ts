import { byCodeUnit, canonicalJson, evidenceId } from "@sre/contracts/canonical";
import {
  entityParts,
  type Answer,
  type ChangeRecord,
  type ClusterObject,
  type Edge,
  type EntityId,
  type Window,
} from "@sre/contracts/evidence";
import { fieldsAt, listAt, numberAt, textAt } from "./fields.ts";
import { namespaceId } from "./kinds.ts";
import type { Recording } from "./objects.ts";

/* Rollouts as the live source tells them: one for each ReplicaSet of a Deployment. */

const sideCharactersMax = 500;
/** A ReplicaSet this much younger than its Deployment, in milliseconds, replaced another one. Ages are told in minutes. */
const firstRolloutMs = 120_000;

const podSpec = ({ spec }: ClusterObject) => fieldsAt(spec, "template", "spec");
const images = (object: ClusterObject): string =>
  listAt(podSpec(object), "containers")
    .map((one) => textAt(one, "image"))
    .join(", ");

interface Rollout {
  readonly deployment: ClusterObject;
  readonly replicaSets: readonly ClusterObject[];
  readonly services: readonly EntityId[];
}

function isFirst({ deployment, replicaSets }: Rollout, index: number): boolean {
  const [own, first] = [deployment.created_at, replicaSets[index]?.created_at];
  return index === 0 && own !== null && typeof first === "string" && Date.parse(first) - Date.parse(own) <= firstRolloutMs;
}

function changeOf(rollout: Rollout, index: number): ChangeRecord[] {
  const { deployment, replicaSets, services } = rollout;
  const [own, before] = [replicaSets[index], replicaSets[index - 1]];
  const started = (isFirst(rollout, index) ? deployment.created_at : own?.created_at) ?? null;
  if (own === undefined || started === null || (before === undefined && !isFirst(rollout, index))) return [];
  const { namespace, name } = entityParts(deployment.entity);
  const [from, to] = [before === undefined ? null : images(before), images(own)];
  const wanted = numberAt(deployment.spec, "replicas") ?? 1;
  const done = (numberAt(deployment.status, "availableReplicas") ?? 0) >= wanted;
  const number = index + 1;
  const what = before === undefined ? "created" : from === to ? "template changed" : `image ${from} → ${to}`;
  return [
    {
      id: `rollout/${namespace}/${name}/${number}`.slice(0, 200),
      entity: deployment.entity,
      kind: from === to ? "config" : "deployment",
      started_at: started,
      ended_at: null,
      state: done || index < replicaSets.length - 1 ? "succeeded" : "started",
      share: null,
      touches: [...services],
      by: null,
      from: from?.slice(0, sideCharactersMax) ?? null,
      to: to.slice(0, sideCharactersMax),
      title: `Rollout ${number} of ${name}: ${what}`.slice(0, 300),
      url: null,
      origin: "rollout",
    },
  ];
}

/** The rollouts that began in the window, about the whole namespace. */
export function changeAnswer(
  recording: Recording,
  told: { objects: readonly ClusterObject[]; edges: readonly Edge[]; window: Window },
): Answer {
  const live = told.objects.filter(({ view }) => view === "live");
  const kind = ({ entity }: ClusterObject) => entityParts(entity).kind;
  const changes = live
    .filter((object) => kind(object) === "deployment")
    .flatMap((deployment) => {
      const owned = live.filter((object) => kind(object) === "replicaset" && object.owner === deployment.entity);
      const replicaSets = owned.sort(
        (a, b) => byCodeUnit(a.created_at ?? "", b.created_at ?? "") || byCodeUnit(canonicalJson(a), canonicalJson(b)),
      );
      const services = told.edges.filter(({ kind: one, to }) => one === "selects" && to === deployment.entity).map(({ from }) => from);
      return replicaSets.flatMap((_, index) => changeOf({ deployment, replicaSets, services }, index));
    })
    .filter(({ started_at: at }) => at >= told.window.from && at <= told.window.to);
  const { source } = recording;
  const question = { about: "changes" as const, of: [namespaceId(recording.namespace)], window: told.window };
  const coverage = { ...told.window, complete: true, missing_share: 0, as_of: "then" as const };
  return { id: evidenceId(question, source), source, question, asked: [], kind: "answered", data: { about: "changes", changes }, coverage };
}
