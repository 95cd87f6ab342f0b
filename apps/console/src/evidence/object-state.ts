import type { ClusterObject } from "@sre/contracts/evidence";

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

const text = (value: unknown) => (typeof value === "string" ? value : null);
const number = (value: unknown) => (typeof value === "number" ? value : null);

export interface ObjectState {
  /** Reasons that Kubernetes itself gives, such as OOMKilled; worst first. */
  readonly reasons: readonly string[];
  readonly phase: string | null;
  readonly restarts: number | null;
  readonly ready: { readonly ready: number; readonly wanted: number } | null;
  /** Something about it is wrong. */
  readonly bad: boolean;
}

const calmReasons = new Set(["Completed", "ContainerCreating", "PodInitializing"]);
const goodWhenFalse = new Set(["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable", "Failed", "ReplicaFailure"]);

function containerReasons(container: Fields): string[] {
  const states = [fields(container["state"]), fields(container["lastState"])];
  return states.flatMap((state) =>
    [text(fields(state["waiting"])["reason"]), text(fields(state["terminated"])["reason"])].filter((reason) => reason !== null),
  );
}

function badConditions(status: Fields): string[] {
  return list(status["conditions"]).flatMap((condition) => {
    const type = text(condition["type"]) ?? "";
    const wrong = goodWhenFalse.has(type) ? condition["status"] === "True" : condition["status"] === "False";
    return wrong ? [text(condition["reason"]) ?? `${type}=${String(condition["status"])}`] : [];
  });
}

/** The state of an object in the few facts that tell trouble: reasons, restarts, readiness. */
export function objectState(object: ClusterObject): ObjectState {
  const { status, spec } = object;
  const containers = [...list(status["initContainerStatuses"]), ...list(status["containerStatuses"])];
  const reasons = [
    ...new Set([
      ...containers.flatMap(containerReasons),
      ...badConditions(status),
      ...(text(status["reason"]) ? [String(status["reason"])] : []),
    ]),
  ];
  const restarts = containers.length > 0 ? containers.reduce((sum, each) => sum + (number(each["restartCount"]) ?? 0), 0) : null;
  const wanted = number(spec["replicas"]) ?? number(status["replicas"]);
  const ready =
    containers.length > 0
      ? { ready: containers.filter((each) => each["ready"] === true).length, wanted: containers.length }
      : wanted === null
        ? null
        : { ready: number(status["readyReplicas"]) ?? 0, wanted };
  const phase = text(status["phase"]);
  const short = ready !== null && ready.ready < ready.wanted && phase !== "Succeeded";
  const bad = reasons.some((reason) => !calmReasons.has(reason)) || short || phase === "Failed" || phase === "Pending";
  return { reasons, phase, restarts, ready, bad };
}

/** The state in one line of Kubernetes' own words. */
export function stateLine(state: ObjectState): string {
  return [...state.reasons, ...(state.phase && state.reasons.length === 0 ? [state.phase] : [])].join(" · ");
}
