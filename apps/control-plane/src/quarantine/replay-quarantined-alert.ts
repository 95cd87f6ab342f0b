import type { WebhookReceipt } from "@sre/contracts/webhooks";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { formatNamed } from "../alerts/formats/index.ts";
import type { ReadAlert } from "../alerts/incoming-alert.ts";
import { readDelivery } from "../alerts/read-delivery.ts";
import { receiveIn } from "../alerts/receive-alerts.ts";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { changeFormats, isChangeFormat } from "../changes/formats/index.ts";
import type { ReadChange } from "../changes/formats/reported-change.ts";
import { receiveChangesIn } from "../changes/receive-changes.ts";
import type { Tx } from "../migrations/tables.ts";
import { takeQuarantinedAlert, type QuarantinedAlertRow } from "./store.ts";

function itemOf({ payload }: QuarantinedAlertRow): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw new RuleBroken("unprocessable", "The alert was too large to be kept whole, so that it cannot be read again.");
  }
}

type Call = { readonly app: App; readonly ctx: CallContext };
type Readable = { readonly read: ReadAlert | ReadChange; takeIn(tx: Tx, call: Call): Promise<WebhookReceipt> };

/** The item read once more by the format that it came in, with the way it would be taken in. */
function readAgain({ app, ctx }: Call, row: QuarantinedAlertRow): Readable {
  const { integration, receiver } = row;
  const item = itemOf(row);
  if (isChangeFormat(integration)) {
    return {
      read: changeFormats[integration](item, ctx.at),
      takeIn: (tx, call) => receiveChangesIn(tx, call, { format: integration, items: [item] }),
    };
  }
  const format = formatNamed(app.settings.customFormats, integration);
  if (!format) throw new RuleBroken("unprocessable", "Nothing here reads messages of this kind.");
  const { read } = format;
  return {
    read: read(item, ctx.at),
    takeIn: async (tx) => {
      const [receipt] = await receiveIn(tx, app, [readDelivery(ctx, { integration, read, receiver, truncated: 0, items: [item] })]);
      return receipt!;
    },
  };
}

/**
 * Reads a quarantined alert, or event about a change, once more, as after an upgrade that learnt its form: it is taken in and
 * leaves the quarantine, or stays there and the reason is told. Throws RuleBroken not_found or unprocessable.
 */
export async function replayQuarantinedAlert(app: App, ctx: CallContext, input: { quarantinedAlertId: string }): Promise<WebhookReceipt> {
  requireScope(ctx, "incidents:write");
  return transact(app, async (tx) => {
    const row = await takeQuarantinedAlert(tx, ctx.teamId, input.quarantinedAlertId);
    if (!row) throw new RuleBroken("not_found", "There is no such alert in quarantine.");
    const again = readAgain({ app, ctx }, row);
    if (again.read.kind === "malformed")
      throw new RuleBroken("unprocessable", `It is still malformed: ${again.read.reason}`, { field: again.read.field || "payload" });
    await recordAudit(tx, ctx, [
      {
        id: app.newId(),
        action: "alert.replay",
        subjectKind: "quarantined_alert",
        subject: row.id,
        detail: { integration: row.integration },
      },
    ]);
    return again.takeIn(tx, { app, ctx });
  });
}
