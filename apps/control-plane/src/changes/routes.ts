import type { changeOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { instantOrNone } from "../http/instants.ts";
import { listChanges } from "./list-changes.ts";
import { eventsOf } from "./formats/cloudevents.ts";
import { receiveChanges } from "./receive-changes.ts";
import { recordChange } from "./record-change.ts";

export function changeRoutes(app: App): Handlers<typeof changeOperations> {
  return {
    listChanges: async (ctx, { query: { cursor, limit, entity, from, to } }) => ({
      status: 200,
      body: await listChanges(app, ctx, { filter: { entity, from: instantOrNone(from), to: instantOrNone(to) }, cursor, limit }),
    }),
    receiveCloudEvents: async (ctx, { body }) => ({
      status: 200,
      body: await receiveChanges(app, ctx, { format: "cloudevents", items: eventsOf(ctx.http?.headers ?? {}, body) }),
    }),
    receivePagerDutyChange: async (ctx, { body }) => {
      await receiveChanges(app, ctx, { format: "pagerduty-changes", items: [body] });
      return { status: 202, body: { status: "success", message: "Change event processed" } };
    },
    recordChange: async (ctx, { body }) => {
      const { created, change } = await recordChange(app, ctx, body);
      return created ? { status: 201, body: change } : { status: 200, body: change };
    },
  };
}
