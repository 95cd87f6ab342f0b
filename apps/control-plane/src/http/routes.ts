import type { controlPlaneOperations, healthOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import { alertRoutes } from "../alerts/routes.ts";
import type { App } from "../app.ts";
import { auditRoutes } from "../audit/routes.ts";
import { changeRoutes } from "../changes/routes.ts";
import { correlationRoutes } from "../correlation/routes.ts";
import { dashboardRoutes } from "../dashboard/routes.ts";
import { diagnosisRoutes } from "../diagnoses/routes.ts";
import { eventRoutes } from "../events/routes.ts";
import { executionRoutes } from "../executions/routes.ts";
import { incidentRoutes } from "../incidents/routes.ts";
import { maintenanceRoutes } from "../maintenance/routes.ts";
import { notificationRoutes } from "../notifications/routes.ts";
import type { People } from "../people/people.ts";
import { peopleRoutes } from "../people/routes.ts";
import { quarantineRoutes } from "../quarantine/routes.ts";
import { resourceRoutes } from "../resources/routes.ts";
import { sourceRoutes } from "../sources/routes.ts";
import { stormRoutes } from "../storm/routes.ts";

/** A handler for every operation of the control plane. */
export function controlPlaneRoutes(app: App, people: People): Handlers<Omit<typeof controlPlaneOperations, keyof typeof healthOperations>> {
  return {
    ...alertRoutes(app),
    ...stormRoutes(app),
    ...quarantineRoutes(app),
    ...incidentRoutes(app),
    ...maintenanceRoutes(app),
    ...notificationRoutes(app),
    ...correlationRoutes(app),
    ...diagnosisRoutes(app),
    ...sourceRoutes(app),
    ...changeRoutes(app),
    ...resourceRoutes(app),
    ...auditRoutes(app),
    ...executionRoutes(app),
    ...dashboardRoutes(app),
    ...eventRoutes(app),
    ...peopleRoutes(people),
  };
}
