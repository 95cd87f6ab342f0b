import type { TeamId } from "@sre/contracts/shared";
import { sql } from "kysely";
import type { AlertRow } from "../alerts/store.ts";
import type { Db, Tx } from "../migrations/tables.ts";
import { askable } from "./request-asking.ts";

const auditRowsLookedAt = 1_000;

export interface Doubtful {
  /** Nothing that was written after this is doubted. */
  readonly askedAt: Date;
  /** Fingerprints of what the sender has. */
  readonly known: readonly string[];
  /** Clusters for which it speaks. */
  readonly clusters: readonly string[];
}

const unknownFiring = (teamId: TeamId, { askedAt, known }: Doubtful) => sql`
  from alerts a left join incidents n on n.team_id = a.team_id and n.id = a.incident_id
  where a.team_id = ${teamId} and a.status = 'firing' and a.integration = ${askable} and a.name <> 'Watchdog' and a.updated_at <= ${askedAt}
    and a.fingerprint not in (select jsonb_array_elements_text(${JSON.stringify(known)}::jsonb))`;

type Ended = AlertRow & { readonly incident_status: "new" | "acknowledged" | "resolved" | null };

const ofItsClusters = ({ clusters }: Doubtful) =>
  sql`and a.cluster in (select jsonb_array_elements_text(${JSON.stringify(clusters)}::jsonb))`;

/** Alerts that fire here and that their sender has no more, of the clusters for which it speaks: the oldest. It may look at all that fire. */
export async function findEnded(db: Db, teamId: TeamId, { doubtful, limit }: { doubtful: Doubtful; limit: number }): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select a.id ${unknownFiring(teamId, doubtful)} ${ofItsClusters(doubtful)} order by a.received_at, a.id limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** Those of them that fire still, with the state of their incidents. */
export async function readEnded(
  tx: Tx,
  teamId: TeamId,
  { doubtful, ids }: { doubtful: Doubtful; ids: readonly string[] },
): Promise<Ended[]> {
  const { rows } = await sql<Ended>`
    select a.*, n.status as incident_status ${unknownFiring(teamId, doubtful)} ${ofItsClusters(doubtful)}
      and a.id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::uuid) order by a.received_at, a.id`.execute(tx);
  return rows;
}

/** How many alerts fire here of which the sender knows nothing, whatever their cluster. */
export async function countUnknown(db: Db, teamId: TeamId, doubtful: Doubtful): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count ${unknownFiring(teamId, doubtful)}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Which of these fingerprints fire nowhere here. */
export async function findNotFiring(db: Db, teamId: TeamId, fingerprints: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ fingerprint: string }>`
    select i.fingerprint from jsonb_array_elements_text(${JSON.stringify(fingerprints)}::jsonb) as i(fingerprint)
    where not exists (select from alerts a where a.team_id = ${teamId} and a.integration = ${askable} and a.fingerprint = i.fingerprint and a.status = 'firing')`.execute(
    db,
  );
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

/** What the sender called its ways to us of late. */
export async function findReceivers(db: Db, teamId: TeamId): Promise<Set<string>> {
  const { rows } = await sql<{ receiver: string | null }>`
    select distinct detail->>'receiver' as receiver from (
      select action, subject, detail from audit_logs where team_id = ${teamId} order by at desc, id desc limit ${auditRowsLookedAt}) newest
    where action = 'alert.receive' and subject = ${askable}`.execute(db);
  return new Set(rows.flatMap(({ receiver }) => (receiver === null ? [] : receiver.split(", "))));
}

/** The open incident of this title, the latest. */
export async function findOpenTitled(db: Db, teamId: TeamId, title: string): Promise<string | null> {
  const row = await db
    .selectFrom("incidents")
    .select("id")
    .where("team_id", "=", teamId)
    .where("status", "!=", "resolved")
    .where("title", "=", title)
    .orderBy("created_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}
