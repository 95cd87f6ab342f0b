import type { DeclareTopology } from "@sre/contracts/control-plane";
import { requireScope, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { replaceTopology } from "./store.ts";

/** Replaces what one origin says of the topology; other origins keep theirs. */
export async function declareTopology(app: App, ctx: CallContext, input: DeclareTopology): Promise<{ resources: number; edges: number }> {
  requireScope(ctx, "resources:write");
  const counted = await transact(app, async (tx) => {
    const counts = await replaceTopology(tx, ctx.teamId, {
      origin: input.origin,
      at: ctx.at,
      resources: input.resources,
      edges: input.edges,
    });
    await recordAudit(tx, ctx, {
      id: app.newId(),
      action: "topology.declare",
      subjectKind: "topology",
      subject: input.origin,
      detail: counts,
    });
    return counts;
  });
  app.dependencies.forget(ctx.teamId);
  return counted;
}
