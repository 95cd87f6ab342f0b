import { failPoints, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import type { Message } from "./message.ts";
import { queues, type SendJob } from "./notifications.ts";
import type { Outcome } from "./receivers.ts";
import { beginAttempt, endNotification, noteFailedAttempt, type NotificationRow } from "./store.ts";

const errorCharactersMax = 500;

/** The receiver did not take it; the job is run again after a pause. */
class NotTaken extends Error {
  constructor(detail: string) {
    super(`A notification was not taken: ${detail}`);
    this.name = "NotTaken";
  }
}

async function end(
  app: App,
  ctx: CallContext,
  { id, status, error }: { id: string; status: "sent" | "failed"; error: string | null },
): Promise<void> {
  const at = app.clock.now();
  const set = { status, updated_at: at, sent_at: status === "sent" ? at : null, error };
  await app.database.transaction(async (tx) => {
    const next = await endNotification(tx, ctx.teamId, { id, set });
    if (next === undefined) return;
    const job: SendJob = { team_id: ctx.teamId, notification_id: next };
    await app.jobs.enqueue(tx, queues.send, job, { key: next });
  });
}

async function send(app: App, ctx: CallContext, row: NotificationRow & { message: string | null }): Promise<Outcome | null> {
  const receiver = app.notifications?.receivers.get(row.receiver);
  if (receiver === undefined || row.message === null) return null;
  return receiver.send({ id: row.id, at: app.clock.now(), message: JSON.parse(row.message) as Message, signal: ctx.signal });
}

/**
 * Makes one attempt at a notification. Its id goes with it and stays the same, so that after a crash between being taken and
 * being marked the receiver can tell the repetition. Throws NotTaken when it is to be tried again later.
 */
export async function sendNotification(app: App, ctx: CallContext, { notificationId }: { notificationId: string }): Promise<void> {
  const row = await beginAttempt(app.database.kysely, ctx.teamId, { id: notificationId, at: app.clock.now() });
  if (row === undefined) return;
  const result = await send(app, ctx, row);
  const { id, receiver, kind, attempts } = row;
  if (result === null) return end(app, ctx, { id, status: "failed", error: "There is no such receiver any more." });
  if (result.kind === "taken") {
    failPoints.hit("notification.sent_not_marked");
    await end(app, ctx, { id, status: "sent", error: result.remark });
    app.log.info({ notification: id, receiver, kind, attempts, remark: result.remark }, "notification sent");
    return;
  }
  const error = result.detail.slice(0, errorCharactersMax);
  if (result.final || attempts >= (app.notifications?.attemptsMax ?? 0)) {
    await end(app, ctx, { id, status: "failed", error });
    app.log.warn({ notification: id, receiver, kind, attempts, detail: error }, "notification given up");
    return;
  }
  await noteFailedAttempt(app.database.kysely, ctx.teamId, { id, error });
  throw new NotTaken(error);
}
