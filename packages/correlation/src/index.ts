export { correlationDefaults } from "./constants.ts";
export { readDependencies, type Dependencies } from "./dependencies.ts";
export { defaultEntityMapping, mappingWith, type EntityMapping } from "./mapping.ts";
export type { AlertToPlace, KeptTraits, OpenIncident } from "./alerts-and-incidents.ts";
export { openCorrelator, placeAlerts, traitsOfAll, type Placement } from "./place-alerts.ts";
export { podOf, resolveEntity, withoutHash, type Owners, type Resolved } from "./resolve-entity.ts";
export type { CorrelationSettings } from "./score.ts";
