import { sha256 } from "@sre/contracts/canonical";
import type { CDEvent } from "@sre/contracts/webhooks";
import { plainLabels } from "../../alerts/formats/grafana.ts";
import { detail, linkFrom, plainDetails, titleFrom, type ReportedChange } from "./reported-change.ts";

type Content = CDEvent["subject"]["content"];

const cdeventType = /^dev\.cdeventsx?\.([\w-]+)\.([\w-]+)(?:\.\d+\.\d+\.\d+(?:-[\w.-]+)?)?$/;

/** Subject and predicate of a CDEvent's type, "service" and "deployed"; null for the types of others. */
export function subjectOfType(type: string): { subject: string; predicate: string } | null {
  const [, subject, predicate] = cdeventType.exec(type) ?? [];
  return subject === undefined || predicate === undefined ? null : { subject: subject.toLowerCase(), predicate: predicate.toLowerCase() };
}

interface SubjectRule {
  readonly kind: ReportedChange["kind"];
  /** What of the subject names the service that changed. */
  readonly service: "id" | "artifact" | null;
  /** Whether `customData` may say which service it is about. */
  readonly stated: boolean;
}

// Subjects that are not here change nothing that runs: they are kept under their own name, where no diagnosis suspects them.
const subjects: ReadonlyMap<string, SubjectRule> = new Map(Object.entries({
  service: { kind: "deployment", service: "id", stated: true },
  deployment: { kind: "deployment", service: "artifact", stated: true },
  targetrollout: { kind: "deployment", service: "artifact", stated: true },
  pipelinerun: { kind: "deployment", service: null, stated: true },
  taskrun: { kind: "deployment", service: null, stated: true },
  migration: { kind: "config", service: null, stated: true },
  reconciliation: { kind: "config", service: null, stated: true },
  environment: { kind: "infrastructure", service: null, stated: true },
} as const)); // prettier-ignore
const otherSubject: SubjectRule = { kind: "infrastructure", service: null, stated: false };

const predicates: ReadonlyMap<string, Pick<ReportedChange, "phase" | "state">> = new Map(Object.entries({
  queued: { phase: "begun", state: "started" },
  started: { phase: "begun", state: "started" },
  finished: { phase: "finished", state: "succeeded" },
  rolledback: { phase: "at_once", state: "rolled_back" },
} as const)); // prettier-ignore
const otherPredicate = { phase: "at_once", state: "succeeded" } as const;

const unsuccessful = new Set(["failure", "error", "cancel", "fail", "failed", "canceled", "cancelled"]);

const workloadKinds = new Set(["service", "deployment", "statefulset", "daemonset"]);

/** A service's id is a name, a path that ends in it, or kind and name of its workload. */
function serviceLabels(id: string): Record<string, string> {
  const parts = id.split("/").filter((part) => part !== "");
  const [kind, name] = [parts.at(-2)?.toLowerCase() ?? "", parts.at(-1) ?? id];
  return { [workloadKinds.has(kind) ? kind : "service"]: name };
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Name and version of a package URL; its tag says more to people than its digest. */
export function artifactOf(purl: unknown): { name: string; version: string | null } | null {
  const [, name, version, qualifiers] =
    /^pkg:[^/]+\/(?:[^@?#]*\/)?([^/@?#]+)(?:@([^?#]+))?(?:\?([^#]*))?/.exec(String(purl).slice(0, 2_000)) ?? [];
  if (name === undefined) return null;
  const tag = new URLSearchParams(qualifiers ?? "").get("tag");
  return { name: decoded(name), version: tag ?? (version === undefined ? null : decoded(version)) };
}

const objectOf = (value: unknown): Content =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Content) : {};

function labelsOf({ subject, customData }: CDEvent, rule: SubjectRule): Record<string, string> {
  if (!rule.stated) return {};
  const { id, content } = subject;
  const artifact = artifactOf(content["artifactId"]);
  const service = rule.service === "id" ? serviceLabels(id) : rule.service === "artifact" && artifact ? { service: artifact.name } : {};
  const environment = detail(objectOf(content["environment"]), "id", 200);
  return { ...service, ...(environment === null ? {} : { environment }), ...plainLabels(plainDetails(objectOf(customData))) };
}

// Begin and end of one change share the id of their subject; what happens at once is told apart by the event's own id.
function changeId({ context, subject }: CDEvent, { type, phase }: { type: string; phase: ReportedChange["phase"] }): string {
  const source = subject.source ?? context.source;
  const identity = phase === "at_once" ? [context.source, context.id] : [source, type, subject.id];
  return `cdevents:${sha256(JSON.stringify(identity)).slice(0, 40)}`;
}

/** The change that a CDEvent tells of. A predicate that is not known is kept as something that happened at once. */
export function changeOfEvent(event: CDEvent, type: { subject: string; predicate: string }, at: Date): ReportedChange {
  const { content, id } = event.subject;
  const rule = subjects.get(type.subject) ?? otherSubject;
  const { phase, state } = predicates.get(type.predicate) ?? otherPredicate;
  const outcome = detail(content, "outcome", 50)?.toLowerCase() ?? "";
  const artifact = artifactOf(content["artifactId"]);
  const name =
    detail(content, "name", 200) ?? detail(content, "pipelineName", 200) ?? detail(content, "taskName", 200) ?? artifact?.name ?? id;
  const custom = objectOf(event.customData);
  return {
    id: changeId(event, { type: type.subject, phase }),
    kind: rule.kind,
    title: titleFrom(`${type.subject} ${type.predicate}: ${name}${artifact?.version ? ` ${artifact.version}` : ""}`),
    at,
    phase,
    state: phase === "finished" && unsuccessful.has(outcome) ? "failed" : state,
    labels: labelsOf(event, rule),
    subject: { kind: type.subject, name: type.subject === "environment" ? name : id },
    by: detail(custom, "by", 200),
    to: artifact?.version?.slice(0, 500) ?? null,
    url: linkFrom(content["url"] ?? content["uri"]),
  };
}
