import type { auditOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { getDashboardSummary } from "./get-dashboard-summary.ts";

export function dashboardRoutes(app: App): Handlers<Pick<typeof auditOperations, "getDashboardSummary">> {
  return { getDashboardSummary: async (ctx) => ({ status: 200, body: await getDashboardSummary(app, ctx) }) };
}
