import type { AlertPreview } from "@sre/contracts/control-plane";
import type { CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { eventsOf } from "./formats/cloudevents.ts";
import { changeFormats, type ChangeFormat } from "./formats/index.ts";
import type { ReadChange } from "./formats/reported-change.ts";
import { placeReportedChange } from "./place-reported-change.ts";

type Previewed = AlertPreview["changes"][number];

/** What a message about changes would become, as if nothing were stored. */
export function previewChanges(app: App, ctx: CallContext, input: { format: ChangeFormat; body: unknown }): AlertPreview {
  const items = input.format === "cloudevents" ? eventsOf(ctx.http?.headers ?? {}, input.body) : [input.body];
  const read: ReadChange[] = items.map((item) => changeFormats[input.format](item, ctx.at));
  const known = { mapping: app.settings.mapping, owners: new Map(), before: undefined };
  const changes = read.flatMap((one): Previewed[] => (one.kind === "accepted" ? [placeReportedChange(one.change, known)] : []));
  const quarantined = read.flatMap((one, index) => (one.kind === "malformed" ? [{ index, field: one.field, reason: one.reason }] : []));
  return { alerts: [], changes, quarantined };
}
