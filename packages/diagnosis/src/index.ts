export { diagnose, type DiagnosisOptions } from "./diagnose.ts";
export { describeDifference } from "./difference.ts";
export {
  basisOf,
  certaintyModel,
  chanceOf,
  leadsOf,
  mechanismIn,
  type Basis,
  type CertaintyModel,
  type Standing,
} from "./explain/certainty.ts";
export { faultCatalogue, faultKinds, faultOf, type Fault, type FaultHome, type FaultKind } from "./faults/catalogue.ts";
export { diagnosisLimits } from "./limits.ts";
export { findingKinds, type FindingKind, type FindingRole } from "./messages/findings.ts";
export { planQuestions } from "./plan/plan.ts";
export { actionCatalogue, actionOf, type Action, type ActionId } from "./propose/actions.ts";
export { refineScope, scopeOf, type ScopeInput } from "./scope/scope.ts";
export { engineVersion } from "./version.ts";
