import type { AuditLog } from "@sre/contracts/control-plane";
import { requireScope, type CallContext } from "@sre/service-kit";
import type { Keyset } from "@sre/storage";
import { transact, type App } from "../app.ts";
import { recordAudit } from "./record-audit.ts";
import { auditLogOf, findAuditLogs, type AuditFilter } from "./store.ts";

export type ExportFormat = "csv" | "jsonl";

/** Rows in memory at a time. */
const rowsPerPage = 500;

const columns = [
  "at", "actor", "actor_subject", "actor_kind", "action", "subject_kind", "subject", "service", "outcome", "detail", "trace_id", "id", "sequence",
  "position", "content_hash", "seal",
] as const satisfies readonly (keyof AuditLog)[]; // prettier-ignore

/** A cell of RFC 4180 that no spreadsheet takes for a formula: what would begin one gets an apostrophe before it. */
export function csvCell(value: unknown): string {
  const text = value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  const inert = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

const csvLine = (cells: readonly unknown[]) => `${cells.map(csvCell).join(",")}\r\n`;

async function* linesOf(
  app: App,
  ctx: CallContext,
  { format, filter }: { format: ExportFormat; filter: AuditFilter },
): AsyncGenerator<string> {
  if (format === "csv") yield csvLine(columns);
  for (let after: Keyset | null = null; ;) {
    const rows = await findAuditLogs(app.database.kysely, ctx.teamId, { filter, after, limit: rowsPerPage });
    const items = rows.map(auditLogOf);
    if (items.length > 0)
      yield items.map((item) => (format === "csv" ? csvLine(columns.map((name) => item[name])) : `${JSON.stringify(item)}\n`)).join("");
    const last = rows.at(-1);
    if (rows.length < rowsPerPage || last === undefined) return;
    after = { at: last.at, id: last.id };
  }
}

/** Streams what a filter finds, newest first; that somebody took it is written down first. */
export async function exportAuditLogs(
  app: App,
  ctx: CallContext,
  input: { format: ExportFormat; filter: AuditFilter },
): Promise<AsyncIterable<string>> {
  requireScope(ctx, "audit:read");
  const entry = {
    id: app.newId(),
    action: "audit.export",
    subjectKind: "audit_logs",
    subject: input.format,
    detail: { filter: input.filter },
  };
  await transact(app, (tx) => recordAudit(tx, ctx, entry));
  return linesOf(app, ctx, input);
}
