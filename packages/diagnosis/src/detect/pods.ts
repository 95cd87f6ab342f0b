import type { ClusterEvent, ClusterObject, EntityId } from "@sre/contracts/evidence";
import { kindOf } from "../entities.ts";
import { listAt, numberAt, textAt } from "../fields.ts";
import type { Cited, Seen } from "../seen/seen.ts";
import { ms } from "../time.ts";
import { hasSettled, standingOf } from "./outlived.ts";

/** A container of a pod as Kubernetes reports it. */
export interface ContainerState {
  readonly pod: Cited<ClusterObject>;
  readonly name: string;
  readonly waiting: string;
  readonly waitingMessage: string;
  readonly restarts: number;
  readonly ready: boolean;
  /** It has run for much longer than before it last ended: it is out of any loop. */
  readonly settled: boolean;
  /** The newest end of the container, current or previous. */
  readonly ended: { readonly reason: string; readonly code: number | null; readonly at: string | null } | null;
}

export const livePods = (seen: Seen): readonly Cited<ClusterObject>[] =>
  seen.objects.filter(({ entity, view }) => kindOf(entity) === "pod" && view === "live");

function endOf(status: unknown, state: string): ContainerState["ended"] {
  const reason = textAt(status, state, "terminated", "reason");
  const code = numberAt(status, state, "terminated", "exitCode");
  const at = textAt(status, state, "terminated", "finishedAt");
  return reason === "" && code === null ? null : { reason, code, at: at === "" ? null : at };
}

function containerState(seen: Seen, pod: Cited<ClusterObject>, status: Readonly<Record<string, unknown>>): ContainerState {
  return {
    pod,
    name: textAt(status, "name"),
    waiting: textAt(status, "state", "waiting", "reason"),
    waitingMessage: textAt(status, "state", "waiting", "message"),
    restarts: numberAt(status, "restartCount") ?? 0,
    ready: status["ready"] === true,
    settled: status["ready"] === true && hasSettled(seen, status) === true,
    ended: endOf(status, "state") ?? endOf(status, "lastState"),
  };
}

/** Every container of every live pod, init containers first. */
export function containers(seen: Seen): ContainerState[] {
  return livePods(seen).flatMap((pod) =>
    [...listAt(pod.status, "initContainerStatuses"), ...listAt(pod.status, "containerStatuses")].map((status) =>
      containerState(seen, pod, status),
    ),
  );
}

/** Whether a moment lies in the window; an unknown moment may. */
export function inWindow(seen: Seen, at: string | null): boolean {
  return at === null || !Number.isFinite(ms(at)) || ms(at) >= ms(seen.scope.window.from);
}

/** Events of the window with one of the reasons that may still be so; Warning or not, because the reason tells. */
export function eventsOf(seen: Seen, reasons: readonly string[]): Cited<ClusterEvent>[] {
  return seen.events.filter(
    (event) => reasons.includes(event.reason) && inWindow(seen, event.last_at) && standingOf(seen, event) === "stands",
  );
}

/** When something seen in an event began: its first sight, or unknown when that was before the window. */
export function began(seen: Seen, event: ClusterEvent): { from?: string } {
  return inWindow(seen, event.first_at) ? { from: event.first_at } : {};
}

/** Events of the same kind about one entity taken together: their number, the first of them, and the newest message. */
export function byEntity(
  events: readonly Cited<ClusterEvent>[],
): { entity: EntityId; events: readonly Cited<ClusterEvent>[]; count: number; first: Cited<ClusterEvent>; last: Cited<ClusterEvent> }[] {
  const groups = new Map<EntityId, Cited<ClusterEvent>[]>();
  for (const event of events) groups.set(event.entity, [...(groups.get(event.entity) ?? []), event]);
  return [...groups].flatMap(([entity, group]) => {
    const inOrder = [...group].sort((a, b) => ms(a.first_at) - ms(b.first_at));
    const newest = [...group].sort((a, b) => ms(b.last_at) - ms(a.last_at));
    const [first, last] = [inOrder[0], newest[0]];
    if (first === undefined || last === undefined) return [];
    return [{ entity, events: inOrder, count: group.reduce((sum, event) => sum + event.count, 0), first, last }];
  });
}

/** The references of at most five events. */
export const citesOf = (events: readonly Cited<ClusterEvent>[]) => events.slice(0, 5).map(({ cite }) => cite);

/**
 * Since when a container has been ending. Its status tells only the newest end; of several ends the first lies
 * somewhere after the pod was made, which is the best that is known when the pod is new.
 */
export function endedFrom(seen: Seen, { pod, restarts, ended }: ContainerState): { from?: string } {
  if (restarts <= 1) return ended === null || ended.at === null || !inWindow(seen, ended.at) ? {} : { from: ended.at };
  return pod.created_at !== null && inWindow(seen, pod.created_at) ? { from: pod.created_at } : {};
}
