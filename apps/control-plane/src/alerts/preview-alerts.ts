import type { AlertPreview } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { z } from "zod";
import type { App } from "../app.ts";
import { deliveryOf, formats, type Integration } from "./formats/index.ts";
import type { AlertContent, IncomingAlert, ReadAlert } from "./incoming-alert.ts";
import { resolveAlerts } from "./resolve-alerts.ts";
import type { ResolvedAlert } from "./store.ts";

function opened(integration: Integration, body: unknown): readonly unknown[] {
  const schema: z.ZodType = formats[integration].body;
  const parsed = schema.safeParse(body);
  if (parsed.success) return deliveryOf(integration, parsed.data as never).items;
  const [issue] = parsed.error.issues;
  throw new RuleBroken("unprocessable", `A sender would be refused: ${issue?.message ?? ""}`, {
    field: ["body", ...(issue?.path ?? [])].map(String).join("."),
  });
}

const unsaid: AlertContent = { name: "", severity: "warning", opensIncident: false, labels: {}, annotations: {} };

/** As if nothing were stored: a message that only speaks of a key stands for the alert of that key. */
function alertOf(read: ReadAlert): IncomingAlert[] {
  if (read.kind === "accepted") return [read.alert];
  if (read.kind !== "keyed") return [];
  const { fingerprint, status, startsAt, content } = read.keyed;
  return [{ ...(content ?? unsaid), fingerprint, startsAt, endsAt: null, status: status === "resolved" ? "resolved" : "firing" }];
}

function previewOf({ alert, resolved }: ResolvedAlert): AlertPreview["alerts"][number] {
  const { fingerprint, name, status, severity, opensIncident, labels, annotations, startsAt, endsAt } = alert;
  const { entity, service, cluster, environment, namespace } = resolved;
  const times = { starts_at: startsAt.toISOString(), ends_at: endsAt?.toISOString() ?? null };
  const place = { entity, service, cluster, environment, namespace };
  return {
    fingerprint,
    name,
    status,
    severity,
    opens_incident: opensIncident,
    labels: { ...labels },
    annotations: { ...annotations },
    ...times,
    ...place,
  };
}

/** What a message of a sender would become, item by item; nothing is stored. Throws RuleBroken unprocessable where it would be refused as a whole. */
export async function previewAlerts(app: App, ctx: CallContext, input: { integration: Integration; body: unknown }): Promise<AlertPreview> {
  requireScope(ctx, "alerts:read");
  const format = formats[input.integration];
  const items = opened(input.integration, input.body).map((item) => format.read(item, ctx.at));
  const alerts = await resolveAlerts(app.database.kysely, ctx.teamId, { alerts: items.flatMap(alertOf), mapping: app.settings.mapping });
  const quarantined = items.flatMap((item, index) =>
    item.kind === "malformed" ? [{ index, field: item.field, reason: item.reason }] : [],
  );
  return { alerts: alerts.map(previewOf), quarantined };
}
