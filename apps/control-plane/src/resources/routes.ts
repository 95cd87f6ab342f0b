import type { resourceOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { declareTopology } from "./declare-topology.ts";
import { getTopology, listResourceGroups, listResources } from "./get-topology.ts";

export function resourceRoutes(app: App): Handlers<typeof resourceOperations> {
  return {
    listResources: async (ctx, { query: { cursor, limit, ...filter } }) => ({
      status: 200,
      body: await listResources(app, ctx, { filter, cursor, limit }),
    }),
    listResourceGroups: async (ctx) => ({ status: 200, body: await listResourceGroups(app, ctx) }),
    getTopology: async (ctx, { query }) => ({ status: 200, body: await getTopology(app, ctx, query) }),
    declareTopology: async (ctx, { body }) => ({ status: 200, body: await declareTopology(app, ctx, body) }),
  };
}
