import type { AuditLog } from "@sre/contracts/control-plane";
import type { TeamId } from "@sre/contracts/shared";
import type { Selectable } from "kysely";
import type { Keyset } from "@sre/storage";
import { afterKeyset } from "../http/paging.ts";
import type { AuditLogTable, Db } from "../migrations/tables.ts";

export interface AuditFilter {
  readonly service?: string | undefined;
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export type AuditRow = Selectable<AuditLogTable>;

export function findAuditLogs(
  db: Db,
  teamId: TeamId,
  input: { filter: AuditFilter; after: Keyset | null; limit: number },
): Promise<AuditRow[]> {
  const { service, actor, subject, from, to } = input.filter;
  let query = db.selectFrom("audit_logs").selectAll().where("team_id", "=", teamId);
  if (service !== undefined) query = query.where("service", "=", service);
  if (actor !== undefined) query = query.where("actor", "=", actor);
  if (subject !== undefined) query = query.where("subject", "=", subject);
  if (from) query = query.where("at", ">=", from);
  if (to) query = query.where("at", "<", to);
  if (input.after) query = query.where(afterKeyset("at", "id", input.after));
  return query.orderBy("at", "desc").orderBy("id", "desc").limit(input.limit).execute();
}

export function auditLogOf(row: AuditRow): AuditLog {
  return {
    id: row.id,
    sequence: Number(row.sequence),
    at: row.at.toISOString(),
    actor: row.actor,
    actor_subject: row.actor_subject,
    actor_kind: row.actor_kind,
    action: row.action,
    subject_kind: row.subject_kind,
    subject: row.subject,
    service: row.service,
    outcome: row.outcome,
    detail: row.detail,
    trace_id: row.trace_id,
    content_hash: row.content_hash,
    position: row.position === null ? null : Number(row.position),
    seal: row.seal,
  };
}
