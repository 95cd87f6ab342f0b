import { healthOperations } from "../shared/health.ts";
import { withPermissions } from "../shared/permissions.ts";
import { alertOperations } from "./alerts.ts";
import { auditOperations } from "./audit.ts";
import { changeOperations } from "./changes.ts";
import { correlationOperations } from "./correlation.ts";
import { diagnosisOperations } from "./diagnoses.ts";
import { eventOperations } from "./events.ts";
import { incidentOperations } from "./incidents.ts";
import { maintenanceOperations } from "./maintenance.ts";
import { notificationOperations } from "./notifications.ts";
import { peopleOperations } from "./people.ts";
import { controlPlanePermissions } from "./permissions.ts";
import { quarantineOperations } from "./quarantine.ts";
import { resourceOperations } from "./resources.ts";
import { stormOperations } from "./storm.ts";

export * from "../shared/door.ts";
export * from "./alerts.ts";
export * from "./audit.ts";
export * from "./changes.ts";
export * from "./correlation.ts";
export * from "./diagnoses.ts";
export * from "./events.ts";
export * from "./incidents.ts";
export * from "./maintenance.ts";
export * from "./notifications.ts";
export * from "./people.ts";
export * from "./quarantine.ts";
export * from "./resources.ts";
export * from "./storm.ts";

const operations = {
  ...alertOperations,
  ...stormOperations,
  ...quarantineOperations,
  ...incidentOperations,
  ...correlationOperations,
  ...diagnosisOperations,
  ...changeOperations,
  ...resourceOperations,
  ...auditOperations,
  ...eventOperations,
  ...maintenanceOperations,
  ...notificationOperations,
  ...peopleOperations,
  ...healthOperations,
} as const;

/** Every operation of the control plane, each with who may call it. The approvals of row B4 are owed: `docs/api-rows.md` lists them. */
export const controlPlaneOperations = withPermissions(operations, controlPlanePermissions);
