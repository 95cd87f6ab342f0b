import type { AlertPreview } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { isChangeFormat } from "../changes/formats/index.ts";
import { previewChanges } from "../changes/preview-changes.ts";
import { formatNamed, type Format } from "./formats/index.ts";
import type { AlertContent, IncomingAlert, ReadAlert } from "./incoming-alert.ts";
import { resolveAlerts } from "./resolve-alerts.ts";
import type { ResolvedAlert } from "./store.ts";

function opened(format: Format, body: unknown): readonly unknown[] {
  const parsed = format.body.safeParse(body);
  if (parsed.success) return format.open(parsed.data).items;
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

async function previewOfAlerts(app: App, ctx: CallContext, { format, body }: { format: Format; body: unknown }): Promise<AlertPreview> {
  const items = opened(format, body).map((item) => format.read(item, ctx.at));
  const alerts = await resolveAlerts(app.database.kysely, ctx.teamId, { alerts: items.flatMap(alertOf), mapping: app.settings.mapping });
  const quarantined = items.flatMap((item, index) =>
    item.kind === "malformed" ? [{ index, field: item.field, reason: item.reason }] : [],
  );
  return { alerts: alerts.map(previewOf), changes: [], quarantined };
}

/**
 * What a message of a sender would become, item by item; nothing is stored. Throws RuleBroken not_found for a sender that is not
 * known, and unprocessable where the message would be refused as a whole.
 */
export async function previewAlerts(app: App, ctx: CallContext, input: { integration: string; body: unknown }): Promise<AlertPreview> {
  requireScope(ctx, "alerts:read");
  if (isChangeFormat(input.integration)) return previewChanges(app, ctx, { format: input.integration, body: input.body });
  const format = formatNamed(app.settings.customFormats, input.integration);
  if (format) return previewOfAlerts(app, ctx, { format, body: input.body });
  throw new RuleBroken("not_found", "No sender of that name is known here.", { field: "path.integration" });
}
