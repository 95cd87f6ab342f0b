import type { eventOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { streamEvents, type StreamCount } from "./stream-events.ts";

export function eventRoutes(app: App): Handlers<typeof eventOperations> {
  const count: StreamCount = { open: 0 };
  return {
    streamEvents: async (ctx, { headers }) => ({
      status: 200,
      body: await streamEvents(app, ctx, { lastEventId: headers["last-event-id"], count }),
      headers: { "cache-control": "no-store", "x-accel-buffering": "no" },
    }),
  };
}
