import type { Notification } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { notificationOf } from "./notification-view.ts";
import { queues, type SendJob } from "./notifications.ts";
import { findNotification, requeueNotification } from "./store.ts";

/** Puts a notification that was given up back into the queue, under its own id. Throws RuleBroken not_found or conflict. */
export async function resendNotification(
  app: App,
  ctx: CallContext,
  { notificationId: id }: { notificationId: string },
): Promise<Notification> {
  requireScope(ctx, "incidents:write");
  return transact(app, async (tx) => {
    const row = await findNotification(tx, ctx.teamId, id);
    if (!row) throw new RuleBroken("not_found", "There is no such notification.");
    if (!(await requeueNotification(tx, ctx.teamId, { id, at: ctx.at }))) throw new RuleBroken("conflict", "It was not given up.");
    const job: SendJob = { team_id: ctx.teamId, notification_id: id };
    await app.jobs.enqueue(tx, queues.send, job, { key: id });
    const detail = { receiver: row.receiver, incident: row.incident_id };
    await recordAudit(tx, ctx, { id: app.newId(), action: "notification.resend", subjectKind: "notification", subject: id, detail });
    return notificationOf({ ...row, status: "queued", attempts: 0 });
  });
}
