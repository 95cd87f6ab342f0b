import type { CreateSilence, Silence } from "@sre/contracts/control-plane";
import { defaultTeamId, requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { requireBounded } from "../maintenance/window-rules.ts";

// It is the installation's one team whose Alertmanager the operator configured.
const alertmanagerOf = (app: App, ctx: CallContext) => (ctx.teamId === defaultTeamId ? app.alertmanager : null);
const notConfigured = "No Alertmanager is configured: set ALERTMANAGER_URL.";

/** Alertmanager's silences with what they hide; none, and no host, where no Alertmanager is configured. */
export async function listSilences(app: App, ctx: CallContext): Promise<{ alertmanager: string | null; items: Silence[] }> {
  requireScope(ctx, "alerts:read");
  const alertmanager = alertmanagerOf(app, ctx);
  if (alertmanager === null) return { alertmanager: null, items: [] };
  return { alertmanager: alertmanager.host, items: await alertmanager.silences(ctx.signal) };
}

async function audit(
  app: App,
  ctx: CallContext,
  entry: { action: string; subject: string; detail: Record<string, unknown> },
): Promise<void> {
  await app.database.transaction((tx) => recordAudit(tx, ctx, { id: app.newId(), subjectKind: "silence", ...entry }));
}

/** Silences alerts at Alertmanager. Throws RuleBroken unprocessable or unavailable. */
export async function createSilence(app: App, ctx: CallContext, input: CreateSilence): Promise<{ id: string }> {
  requireScope(ctx, "incidents:write");
  const { matchers, comment } = input;
  const [startsAt, endsAt] = [new Date(input.starts_at), new Date(input.ends_at)];
  requireBounded({ matchers, startsAt, endsAt, at: ctx.at });
  const alertmanager = alertmanagerOf(app, ctx);
  if (alertmanager === null) throw new RuleBroken("unprocessable", notConfigured);
  const id = await alertmanager.create({ matchers, startsAt, endsAt, comment, createdBy: ctx.principal.name }, ctx.signal);
  const detail = { comment, matchers, starts_at: input.starts_at, ends_at: input.ends_at };
  await audit(app, ctx, { action: "silence.create", subject: id, detail });
  return { id };
}

/** Ends a silence now. Throws RuleBroken not_found or unavailable. */
export async function expireSilence(app: App, ctx: CallContext, { silenceId }: { silenceId: string }): Promise<void> {
  requireScope(ctx, "incidents:write");
  // Without an Alertmanager of its own a team is answered as for any silence that is not there, so that nobody learns of another team's.
  const expired = (await alertmanagerOf(app, ctx)?.expire(silenceId, ctx.signal)) ?? false;
  if (!expired) throw new RuleBroken("not_found", "There is no such silence.");
  await audit(app, ctx, { action: "silence.expire", subject: silenceId, detail: {} });
}
