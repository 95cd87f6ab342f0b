export { defaultEntityMapping, mappingWith, type EntityMapping } from "./mapping.ts";
export { placeAlerts, type AlertToPlace, type GroupingRules, type OpenIncident, type Placement } from "./place-alerts.ts";
export { podOf, resolveEntity, withoutHash, type Owners, type Resolved } from "./resolve-entity.ts";
