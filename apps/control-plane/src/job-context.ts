import { TeamId } from "@sre/contracts/shared";
import { currentTraceId, systemContext, type CallContext } from "@sre/service-kit";
import type { App } from "./app.ts";

/** The context of a job's run: the team's, without any scope, until the job must end. */
export function jobContext(app: App, job: { readonly payload: { readonly team_id: string }; readonly signal: AbortSignal }): CallContext {
  return systemContext({
    teamId: TeamId.parse(job.payload.team_id),
    traceId: currentTraceId(),
    at: app.clock.now(),
    log: app.log,
    name: "control-plane",
    scopes: [],
    signal: job.signal,
  });
}
