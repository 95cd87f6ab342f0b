import type { EntityId, Finding } from "@sre/contracts/evidence";
import { isWorkload, kindOf, nameOf } from "../entities.ts";
import { numberAt, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { spoken } from "../messages/words.ts";
import { servedBy, type PodMaker } from "../seen/pods-of-services.ts";
import type { Seen } from "../seen/seen.ts";
import { ms } from "../time.ts";
import { eventsOf } from "./pods.ts";

/*
 * A workload that is wanted with no replicas although a Service selects it (Kubernetes: spec.replicas, event ScalingReplicaSet). An
 * autoscaler that may go to zero, or a suspended workload that nothing selects, is meant to be so.
 */

const scaledDown = (message: string) => /scaled down replica set \S+ to 0( |$)/i.test(message);

function onset(seen: Seen, workload: EntityId): { from?: string } {
  const events = eventsOf(seen, ["ScalingReplicaSet"]).filter(({ entity, message }) => entity === workload && scaledDown(message));
  const newest = [...events].sort((a, b) => ms(b.last_at) - ms(a.last_at))[0];
  return newest === undefined ? {} : { from: newest.last_at };
}

const declaredReplicas = (seen: Seen, workload: EntityId): number | null =>
  numberAt(seen.objects.find(({ entity, view }) => entity === workload && view === "declared")?.spec, "replicas");

function judge(seen: Seen, maker: PodMaker, service: EntityId): Finding[] {
  const { object } = maker;
  if (!isWorkload(object.entity) || numberAt(object.spec, "replicas") !== 0) return [];
  if (declaredReplicas(seen, object.entity) === 0) return [];
  const scaler = seen.objects.find(
    ({ entity, spec }) => kindOf(entity) === "autoscaler" && textAt(spec, "scaleTargetRef", "name") === nameOf(object.entity),
  );
  if (scaler !== undefined && numberAt(scaler.spec, "minReplicas") === 0) return [];
  const from = onset(seen, object.entity);
  const needed = seen.graph.neededBy(seen.graph.component(object.entity)).length > 0;
  const alerting = seen.scope.entities.some((entity) => seen.graph.component(entity) === seen.graph.component(object.entity));
  const strength = alerting || from.from !== undefined ? 0.98 : needed ? 0.8 : 0.5;
  const words = { service: spoken(service) };
  return [
    finding({
      what: "scaled_to_zero",
      entity: object.entity,
      ...from,
      strength,
      evidence: [object.cite],
      words,
      now: seen.now.has(object.cite.id),
    }),
  ];
}

/** Workloads without wanted replicas that a Service still leads to. */
export function detectScaledToZero(seen: Seen): Finding[] {
  const found = servedBy(seen).flatMap(({ service, selected }) => selected.flatMap((maker) => judge(seen, maker, service.entity)));
  return [...new Map(found.map((each) => [each.entity, each])).values()];
}
