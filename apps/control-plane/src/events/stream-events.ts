import type { StreamEvent } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { isStillSignedIn } from "../people/still-signed-in.ts";
import { currentPosition, eventsAfter, positionOfEvent, type StreamPosition } from "./store.ts";

const streamLimits = { streamsMax: 500, pollMs: 1_000, heartbeatMs: 15_000, credentialCheckMs: 5_000 } as const;

/** Open streams of this process. */
export interface StreamCount {
  open: number;
}

const frame = (event: StreamEvent): string => `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;

async function startOf(app: App, ctx: CallContext, lastEventId: string | undefined): Promise<StreamPosition> {
  const db = app.database.kysely;
  if (lastEventId === undefined) return currentPosition(db);
  return (await positionOfEvent(db, ctx.teamId, lastEventId)) ?? { xid: "0", id: "0" };
}

/** A check that is made at most every few seconds, and meanwhile taken as good. */
function credentialCheck(app: App, { principal }: CallContext): () => Promise<boolean> {
  let checkedMs = app.clock.monotonicMs();
  return async () => {
    if (app.clock.monotonicMs() - checkedMs < streamLimits.credentialCheckMs) return true;
    checkedMs = app.clock.monotonicMs();
    return isStillSignedIn(app, principal);
  };
}

async function* framesFrom(app: App, ctx: CallContext, start: StreamPosition): AsyncGenerator<string, void> {
  let position = start;
  let quietSinceMs = app.clock.monotonicMs();
  const isSignedIn = credentialCheck(app, ctx);
  yield ": connected\n\n";
  while (!ctx.signal.aborted && (await isSignedIn())) {
    const events = await eventsAfter(app.database.kysely, ctx.teamId, position);
    for (const { position: reached, ...event } of events) {
      yield frame(event);
      position = reached;
    }
    if (events.length > 0) quietSinceMs = app.clock.monotonicMs();
    else if (app.clock.monotonicMs() - quietSinceMs >= streamLimits.heartbeatMs) {
      yield ": still here\n\n";
      quietSinceMs = app.clock.monotonicMs();
    }
    if (events.length === 0) await app.events.next(streamLimits.pollMs, ctx.signal);
  }
}

async function* counted(count: StreamCount, frames: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  count.open += 1;
  try {
    yield* frames;
  } finally {
    count.open -= 1;
  }
}

/**
 * The team's events as server-sent events, from the one after `lastEventId` (without it: from now on). Nothing that
 * commits is skipped. It ends within seconds of the session or token that opened it. Refuses with `overloaded` when too many streams are open.
 */
export async function streamEvents(
  app: App,
  ctx: CallContext,
  input: { lastEventId: string | undefined; count: StreamCount },
): Promise<AsyncIterable<string>> {
  requireScope(ctx, "incidents:read");
  if (input.count.open >= streamLimits.streamsMax)
    throw new RuleBroken("overloaded", "Too many event streams are open.", { retryAfterSeconds: 5 });
  const start = await startOf(app, ctx, input.lastEventId);
  return counted(input.count, framesFrom(app, ctx, start));
}
