export { Health, healthOperations, Readiness } from "./health.ts";
export { openApiDocument } from "./openapi.ts";
export {
  isRawBody,
  type Operation,
  type OperationCall,
  type OperationReply,
  type OperationRequest,
  type OperationResult,
  type Operations,
  type RawBody,
} from "./operation.ts";
export { withPermissions } from "./permissions.ts";
export { machineRoles, personRoles, reachOf, roles, teamHeader, type Permission, type Reach, type Role } from "./roles.ts";
export { Problem, problemStatus, type ProblemCode, type ProblemStatus } from "./problem.ts";
export { Page, pageOf, Severity, severities, TeamId, type Language } from "./values.ts";
