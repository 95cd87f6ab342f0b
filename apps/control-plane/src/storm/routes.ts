import type { stormOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { getAlertStorm } from "./get-alert-storm.ts";

export function stormRoutes(app: App): Handlers<typeof stormOperations> {
  return { getAlertStorm: async (ctx, { query }) => ({ status: 200, body: await getAlertStorm(app, ctx, { minutes: query.minutes }) }) };
}
