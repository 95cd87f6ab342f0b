import type { WebhookReceipt } from "@sre/contracts/webhooks";
import { podOf } from "@sre/correlation";
import { requireScope, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import type { Tx } from "../migrations/tables.ts";
import { quarantineItems } from "../quarantine/quarantine-items.ts";
import { findOwners } from "../resources/store.ts";
import { changeFormats, type ChangeFormat } from "./formats/index.ts";
import type { ReportedChange } from "./formats/reported-change.ts";
import { placeReportedChange } from "./place-reported-change.ts";
import { recordIn } from "./record-change.ts";
import { findChange, lockChanges } from "./store.ts";

type Call = { readonly app: App; readonly ctx: CallContext };

/** One message of a sender of changes. */
export interface ChangeDelivery {
  readonly format: ChangeFormat;
  readonly items: readonly unknown[];
}

async function record(tx: Tx, call: Call, input: { change: ReportedChange; origin: ChangeFormat }): Promise<string[]> {
  const { app, ctx } = call;
  const { mapping } = app.settings;
  const pod = podOf(input.change.labels, mapping);
  const owners = await findOwners(tx, ctx.teamId, pod === null ? [] : [pod]);
  const before = await findChange(tx, ctx.teamId, input.change.id);
  const placed = placeReportedChange(input.change, { mapping, owners, before });
  return (await recordIn(tx, call, { change: placed, origin: input.origin })).incidentIds;
}

/** Takes changes in inside a transaction of the caller. */
export async function receiveChangesIn(tx: Tx, call: Call, { format, items }: ChangeDelivery): Promise<WebhookReceipt> {
  const read = items.map((item) => ({ item, ...changeFormats[format](item, call.ctx.at) }));
  const changes = read.flatMap((one) => (one.kind === "accepted" ? [one.change] : []));
  const malformed = read.flatMap((one) => (one.kind === "malformed" ? [one] : []));
  await lockChanges(
    tx,
    call.ctx.teamId,
    changes.map(({ id }) => id),
  );
  const incidentIds = new Set<string>();
  for (const change of changes) for (const id of await record(tx, call, { change, origin: format })) incidentIds.add(id);
  await quarantineItems(tx, call, { integration: format, receiver: "", malformed });
  return { accepted: changes.length, quarantined: malformed.length, incident_ids: [...incidentIds] };
}

/** Stores what a sender tells of changes; what cannot be read is quarantined and sinks nothing beside it. */
export async function receiveChanges(app: App, ctx: CallContext, delivery: ChangeDelivery): Promise<WebhookReceipt> {
  requireScope(ctx, "changes:ingest");
  return transact(app, (tx) => receiveChangesIn(tx, { app, ctx }, delivery));
}
