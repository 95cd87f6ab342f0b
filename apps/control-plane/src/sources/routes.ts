import type { ToolStatus } from "@sre/contracts/assistant";
import type { diagnosisOperations } from "@sre/contracts/control-plane";
import { requireScope, type CallContext, type Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { valueOf } from "../diagnoses/ask-assistant.ts";

/** The state of the assistant's sources of evidence. */
async function listSources(app: App, ctx: CallContext): Promise<{ tools: ToolStatus[] }> {
  requireScope(ctx, "incidents:read");
  return valueOf(await app.assistant.getToolStatus({}, ctx.signal), "its sources");
}

export function sourceRoutes(app: App): Handlers<Pick<typeof diagnosisOperations, "listSources">> {
  return { listSources: async (ctx) => ({ status: 200, body: await listSources(app, ctx) }) };
}
