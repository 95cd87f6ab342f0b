import type { CallContext } from "@sre/service-kit";
import type { Tx } from "../migrations/tables.ts";
import { contentHashOf } from "./chain.ts";

export interface AuditEntry {
  readonly id: string;
  /** noun.verb, e.g. `incident.acknowledge`. */
  readonly action: string;
  readonly subjectKind: string;
  readonly subject: string;
  /** The user's service it concerns. */
  readonly service?: string | null;
  readonly outcome?: "done" | "refused";
  readonly detail?: Readonly<Record<string, unknown>>;
}

const actorKind = (ctx: CallContext) => (ctx.principal.kind === "anonymous" ? "system" : ctx.principal.kind);

/** The row of an entry; its content hash covers everything but its places in the table and the chain, which come later. */
function auditRow(ctx: CallContext, entry: AuditEntry) {
  const content = {
    team_id: ctx.teamId,
    id: entry.id,
    at: ctx.at,
    actor: ctx.principal.name,
    actor_subject: ctx.principal.subject,
    actor_kind: actorKind(ctx),
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject: entry.subject,
    service: entry.service ?? null,
    outcome: entry.outcome ?? "done",
    detail: entry.detail ?? {},
    trace_id: ctx.traceId,
  } as const;
  // Hashed as it will be read back: a Date in the detail is a text by then.
  const detail = JSON.stringify(content.detail);
  const hash = contentHashOf({ ...content, detail: JSON.parse(detail) as Record<string, unknown> });
  return { ...content, detail, content_hash: hash, position: null, prev_hash: null, seal: null, sealed_at: null };
}

const rowsPerInsertMax = 500;

/** Says who did what, in the transaction of what was done: if it cannot be written, nothing is done. */
export async function recordAudit(tx: Tx, ctx: CallContext, entries: AuditEntry | readonly AuditEntry[]): Promise<void> {
  const all = Array.isArray(entries) ? (entries as readonly AuditEntry[]) : [entries as AuditEntry];
  for (let from = 0; from < all.length; from += rowsPerInsertMax) {
    const rows = all.slice(from, from + rowsPerInsertMax).map((entry) => auditRow(ctx, entry));
    await tx.insertInto("audit_logs").values(rows).execute();
  }
}
