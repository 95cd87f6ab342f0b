import type { toolOperations } from "@sre/contracts/assistant";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { listWorkflowTemplates } from "../workflows/list-workflow-templates.ts";
import { getToolStatus } from "./get-tool-status.ts";

export function toolRoutes(app: App): Handlers<typeof toolOperations> {
  return {
    getToolStatus: async (ctx) => ({ status: 200, body: { tools: await getToolStatus(app, ctx) } }),
    listWorkflowTemplates: async (ctx) => ({ status: 200, body: { templates: listWorkflowTemplates(ctx) } }),
  };
}
