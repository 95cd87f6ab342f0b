import type { WebhookReceipt } from "@sre/contracts/webhooks";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { formats, type Integration } from "../alerts/formats/index.ts";
import { readDelivery } from "../alerts/read-delivery.ts";
import { receiveIn } from "../alerts/receive-alerts.ts";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { takeQuarantinedAlert, type QuarantinedAlertRow } from "./store.ts";

const isIntegration = (name: string): name is Integration => Object.hasOwn(formats, name);

function itemOf({ payload }: QuarantinedAlertRow): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw new RuleBroken("unprocessable", "The alert was too large to be kept whole, so that it cannot be read again.");
  }
}

/**
 * Reads a quarantined alert once more, as after an upgrade that learnt its form: it is taken in and leaves the quarantine,
 * or stays there and the reason is told. Throws RuleBroken not_found or unprocessable.
 */
export async function replayQuarantinedAlert(app: App, ctx: CallContext, input: { quarantinedAlertId: string }): Promise<WebhookReceipt> {
  requireScope(ctx, "incidents:write");
  return transact(app, async (tx) => {
    const row = await takeQuarantinedAlert(tx, ctx.teamId, input.quarantinedAlertId);
    if (!row) throw new RuleBroken("not_found", "There is no such alert in quarantine.");
    const { id, integration, receiver } = row;
    const item = itemOf(row);
    if (!isIntegration(integration)) throw new RuleBroken("unprocessable", "Nothing here reads messages of this kind.");
    const read = formats[integration].read(item, ctx.at);
    if (read.kind === "malformed")
      throw new RuleBroken("unprocessable", `It is still malformed: ${read.reason}`, { field: read.field || "payload" });
    await recordAudit(tx, ctx, [
      { id: app.newId(), action: "alert.replay", subjectKind: "quarantined_alert", subject: id, detail: { integration } },
    ]);
    const [receipt] = await receiveIn(tx, app, [readDelivery(ctx, { integration, receiver, truncated: 0, items: [item] })]);
    return receipt!;
  });
}
