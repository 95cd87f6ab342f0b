import { edgeId, entityId, type EdgeId, type EntityId } from "@sre/contracts/evidence";

/** The set names neither its cluster nor its namespace. */
const place = { cluster: "nezha", namespace: "default" } as const;

export const sourceName = "nezha";
export const serviceEntity = (name: string): EntityId => entityId({ ...place, kind: "service", name });
export const podEntity = (name: string): EntityId => entityId({ ...place, kind: "pod", name });
export const nodeEntity = (name: string): EntityId => entityId({ cluster: place.cluster, namespace: "", kind: "node", name });
export const namespaceEntity: EntityId = entityId({ cluster: place.cluster, namespace: "", kind: "namespace", name: place.namespace });
export const callEdge = (from: string, to: string): EdgeId => edgeId({ from: serviceEntity(from), kind: "calls", to: serviceEntity(to) });
