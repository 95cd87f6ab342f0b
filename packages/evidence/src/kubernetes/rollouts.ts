import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import { entityId, entityParts, type ChangeRecord, type EntityId, type Instant, type QuestionOf } from "@sre/contracts/evidence";
import { cutText, redact } from "../redact.ts";
import { SourceFailure, type Asking, type Found } from "../source.ts";
import { fieldsAt, instantAt, listAt, numberAt, textAt, textsAt, type Fields } from "./fields.ts";
import { idOf } from "./kinds.ts";
import type { Estate } from "./objects.ts";
import { containersOf, imagesOf, podSpecOf, selects, templateLabelsOf } from "./pod-template.ts";
import { readKinds } from "./read-kinds.ts";

/** Namespaces that one question about changes reads. */
export const namespacesMax = 10;
const revisionAnnotation = "deployment.kubernetes.io/revision";
const [sideCharactersMax, titleCharactersMax] = [500, 300] as const;

interface Revision {
  readonly number: number;
  readonly createdAt: Instant;
  readonly podSpec: Fields;
  readonly replicas: number;
}

function revisionOf(replicaSet: Fields): Revision | null {
  const number = Number(textsAt(replicaSet, "metadata", "annotations")[revisionAnnotation]);
  const createdAt = instantAt(replicaSet, "metadata", "creationTimestamp");
  if (!Number.isInteger(number) || number < 1 || createdAt === null) return null;
  return { number, createdAt, podSpec: podSpecOf(replicaSet), replicas: numberAt(replicaSet, "status", "replicas") ?? 0 };
}

function ownedBy(deployment: Fields, replicaSet: Fields): boolean {
  const uid = textAt(deployment, "metadata", "uid");
  return listAt(replicaSet, "metadata", "ownerReferences").some(
    (owner) => textAt(owner, "uid") === uid && textAt(owner, "kind") === "Deployment",
  );
}

/** What differs between two templates, in words that stay the same for the same difference. */
function differences(before: Fields, after: Fields): string[] {
  const containers = new Map(containersOf(before).map((container) => [textAt(container, "name"), container]));
  const parts = [
    "command",
    "args",
    "env",
    "envFrom",
    "resources",
    "ports",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "volumeMounts",
  ];
  const inside = containersOf(after).flatMap((container) => {
    const [name, old] = [textAt(container, "name"), containers.get(textAt(container, "name"))];
    if (!old) return [`container ${name} added`];
    return parts
      .filter((part) => canonicalJson(old[part] ?? null) !== canonicalJson(container[part] ?? null))
      .map((part) => describePart(name, part, [old, container]));
  });
  const around = ["volumes", "serviceAccountName", "nodeSelector", "affinity", "tolerations"].filter(
    (part) => canonicalJson(before[part] ?? null) !== canonicalJson(after[part] ?? null),
  );
  return [...inside, ...around];
}

function describePart(container: string, part: string, [old, now]: readonly [Fields, Fields]): string {
  if (part === "resources") return `${container} resources ${canonicalJson(fieldsAt(old, part))} → ${canonicalJson(fieldsAt(now, part))}`;
  if (part !== "env") return `${container} ${part}`;
  const values = (fields: Fields) => new Map(listAt(fields, "env").map((entry) => [textAt(entry, "name"), canonicalJson(entry)]));
  const [before, after] = [values(old), values(now)];
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name)).sort(byCodeUnit);
  return `${container} env ${changed.join(", ")}`;
}

const imageList = (podSpec: Fields): string => [...imagesOf(podSpec).values()].join(", ");

function endOf(deployment: Fields): Pick<ChangeRecord, "state" | "ended_at"> {
  const progressing = listAt(deployment, "status", "conditions").find((condition) => textAt(condition, "type") === "Progressing") ?? {};
  const at = instantAt(progressing, "lastUpdateTime");
  if (textAt(progressing, "status") === "False") return { state: "failed", ended_at: at };
  const wanted = numberAt(deployment, "spec", "replicas") ?? 1;
  const count = (field: string) => numberAt(deployment, "status", field) ?? 0;
  const observed = count("observedGeneration") >= (numberAt(deployment, "metadata", "generation") ?? 0);
  const done = observed && count("updatedReplicas") >= wanted && count("availableReplicas") >= wanted;
  return done && textAt(progressing, "reason") === "NewReplicaSetAvailable"
    ? { state: "succeeded", ended_at: at }
    : { state: "started", ended_at: null };
}

interface Rollout {
  readonly cluster: string;
  readonly deployment: Fields;
  readonly services: readonly EntityId[];
}

function startedAt(revision: Revision, revisions: readonly Revision[], deployment: Fields): Instant {
  // A rollback gives an old ReplicaSet a new number: what is told about its beginning is the progress of the Deployment.
  const reused = revisions.some((other) => other.number < revision.number && other.createdAt > revision.createdAt);
  const progressing = listAt(deployment, "status", "conditions").find((condition) => textAt(condition, "type") === "Progressing");
  return reused ? (instantAt(progressing, "lastUpdateTime") ?? revision.createdAt) : revision.createdAt;
}

function changeOf({ cluster, deployment, services }: Rollout, revisions: readonly Revision[], index: number): ChangeRecord {
  const [revision, before] = [revisions[index]!, revisions[index - 1]];
  const [namespace, name] = [textAt(deployment, "metadata", "namespace"), textAt(deployment, "metadata", "name")];
  const [from, to] = [before ? imageList(before.podSpec) : null, imageList(revision.podSpec)];
  const changed = before ? differences(before.podSpec, revision.podSpec) : [];
  const images = from !== to;
  const last = index === revisions.length - 1;
  const total = revisions.reduce((sum, one) => sum + one.replicas, 0);
  const what = before === undefined ? "created" : images ? `image ${from ?? ""} → ${to}` : changed.join("; ") || "template changed";
  const cause = last ? (textsAt(deployment, "metadata", "annotations")["kubernetes.io/change-cause"] ?? "") : "";
  return {
    id: `rollout/${namespace}/${name}/${revision.number}`.slice(0, 200),
    entity: idOf(cluster, { apiKind: "Deployment", namespace, name }),
    kind: images ? "deployment" : "config",
    started_at: startedAt(revision, revisions, deployment),
    ...(last ? endOf(deployment) : { state: "succeeded" as const, ended_at: null }),
    share: total > 0 ? Math.min(1, revision.replicas / total) : null,
    touches: [...services],
    by: null,
    from: images ? (from?.slice(0, sideCharactersMax) ?? null) : `revision ${before?.number ?? 0}`,
    to: images ? to.slice(0, sideCharactersMax) : cutText(redact(`revision ${revision.number}: ${changed.join("; ")}`), sideCharactersMax),
    title: cutText(redact(`Rollout ${revision.number} of ${name}: ${what}${cause === "" ? "" : ` (${cause})`}`), titleCharactersMax),
    url: null,
    origin: "rollout",
  };
}

/** The rollouts of one Deployment as changes: one for each revision that a ReplicaSet still tells of. */
function rolloutsOf(rollout: Rollout, replicaSets: readonly Fields[]): ChangeRecord[] {
  const revisions = replicaSets
    .filter((replicaSet) => ownedBy(rollout.deployment, replicaSet))
    .flatMap((replicaSet) => revisionOf(replicaSet) ?? [])
    .sort((a, b) => a.number - b.number);
  // The oldest one that is kept shows nothing of what it replaced, unless it is the first.
  return revisions.flatMap((revision, index) => (index === 0 && revision.number > 1 ? [] : [changeOf(rollout, revisions, index)]));
}

function namespacesOf(entities: readonly EntityId[]): string[] {
  const names = entities.map((entity) => {
    const { kind, namespace, name } = entityParts(entity);
    return kind === "namespace" ? name : namespace;
  });
  return [...new Set(names.filter((name) => name !== ""))].sort(byCodeUnit);
}

async function changesIn(estate: Estate, asking: Asking, namespace: string): Promise<{ changes: ChangeRecord[]; complete: boolean }> {
  const read = await readKinds(estate.reader, asking, { kinds: ["deployment", "replicaset", "service"], place: { namespace } });
  const [deployments, replicaSets] = [read.items.get("deployment"), read.items.get("replicaset")];
  if (!deployments || !replicaSets) throw new SourceFailure("denied", `Deployments or ReplicaSets of ${namespace} may not be read`);
  const services = read.items.get("service") ?? [];
  const changes = deployments.flatMap((deployment) => {
    const labels = templateLabelsOf(deployment);
    const touched = services.filter((service) => selects(textsAt(service, "spec", "selector"), labels));
    const ids = touched
      .map((service) => entityId({ cluster: estate.cluster, namespace, kind: "service", name: textAt(service, "metadata", "name") }))
      .sort(byCodeUnit);
    return rolloutsOf({ cluster: estate.cluster, deployment, services: ids }, replicaSets);
  });
  return { changes, complete: read.coverage.complete };
}

function isAsked(change: ChangeRecord, of: readonly EntityId[]): boolean {
  const { cluster, namespace } = entityParts(change.entity);
  const places = new Set([change.entity, ...change.touches, entityId({ cluster, namespace: "", kind: "namespace", name: namespace })]);
  return of.some((entity) => places.has(entity));
}

/** Rollouts of the asked Deployments, of those behind the asked services, and of all in an asked namespace. */
export async function readRollouts(estate: Estate, asking: Asking, question: QuestionOf<"changes">): Promise<Found> {
  const toMs = Math.min(Date.parse(question.window.to), Date.parse(asking.context.asOf));
  const fromMs = Date.parse(question.window.from);
  const all = namespacesOf(question.of);
  const asked = all.slice(0, namespacesMax);
  const outcomes = await Promise.allSettled(asked.map((namespace) => changesIn(estate, asking, namespace)));
  const read = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure && read.length === 0) throw failure.reason;
  const changes = read
    .flatMap((one) => one.changes)
    .filter((change) => isAsked(change, question.of) && Date.parse(change.started_at) >= fromMs && Date.parse(change.started_at) <= toMs)
    .map((change) =>
      change.ended_at !== null && Date.parse(change.ended_at) > toMs ? { ...change, ended_at: null, state: "started" as const } : change,
    )
    .sort((a, b) => byCodeUnit(a.id, b.id));
  const missing = all.length === 0 ? 0 : 1 - read.length / all.length;
  const complete = missing === 0 && read.every((one) => one.complete);
  return {
    data: { about: "changes", changes },
    coverage: {
      from: question.window.from,
      to: new Date(toMs).toISOString(),
      complete,
      missing_share: missing,
      ...(all.length > asked.length ? { truncated_by: "rows" } : {}),
      as_of: "then",
    },
  };
}
