import { sql, type Selectable } from "kysely";
import type { AuditCheckpointTable, AuditHeadTable, Db, Tx } from "../migrations/tables.ts";
import type { AuditRow } from "./store.ts";
import type { Checkpoint } from "./checkpoints.ts";

// The chain goes through the rows of every team: what holds it together names none.

/** The end of the chain, held until the transaction ends: whoever holds it is the one sealer. */
export function lockHead(tx: Tx): Promise<Selectable<AuditHeadTable>> {
  return tx.selectFrom("audit_head").selectAll().forUpdate().executeTakeFirstOrThrow();
}

export function findHead(db: Db): Promise<Selectable<AuditHeadTable>> {
  return db.selectFrom("audit_head").selectAll().executeTakeFirstOrThrow();
}

export async function setHead(tx: Tx, head: { position: number; seal: string }): Promise<void> {
  await tx
    .updateTable("audit_head")
    .set({ position: String(head.position), seal: head.seal })
    .execute();
}

/** Rows without a seal behind a sequence, in its order. */
export function findUnsealed(db: Db, { after, limit }: { after: string; limit: number }): Promise<AuditRow[]> {
  return db
    .selectFrom("audit_logs")
    .selectAll()
    .where("seal", "is", null)
    .where("sequence", ">", after)
    .orderBy("sequence")
    .limit(limit)
    .execute();
}

/** Rows of the chain behind a position, in its order. */
export function findSealed(db: Db, { after, limit }: { after: number; limit: number }): Promise<AuditRow[]> {
  return db.selectFrom("audit_logs").selectAll().where("position", ">", String(after)).orderBy("position").limit(limit).execute();
}

export interface Seal {
  readonly sequence: number;
  readonly position: number;
  readonly prev_hash: string;
  readonly seal: string;
}

export async function setSeals(tx: Tx, { seals, at }: { seals: readonly Seal[]; at: Date }): Promise<void> {
  await sql`update audit_logs a set position = s.position, prev_hash = s.prev_hash, seal = s.seal, sealed_at = ${at}
    from jsonb_to_recordset(${JSON.stringify(seals)}::jsonb) as s(sequence bigint, position bigint, prev_hash text, seal text)
    where a.sequence = s.sequence`.execute(tx);
}

export async function insertCheckpoint(tx: Tx, checkpoint: Checkpoint): Promise<void> {
  const { position, signed_at, ...rest } = checkpoint;
  const row = { ...rest, position: String(position), signed_at: new Date(signed_at), written_at: null };
  await tx.insertInto("audit_checkpoints").values(row).execute();
  await tx.updateTable("audit_head").set({ checkpoint_at: row.signed_at }).execute();
}

const checkpointOf = ({ position, seal, signed_at, key_id, signature }: Selectable<AuditCheckpointTable>): Checkpoint => ({
  position: Number(position),
  seal,
  signed_at: signed_at.toISOString(),
  key_id,
  signature,
});

/** Checkpoints that no file outside holds yet, in the order of the chain. */
export async function findUnwritten(db: Db, limit: number): Promise<Checkpoint[]> {
  const rows = await db
    .selectFrom("audit_checkpoints")
    .selectAll()
    .where("written_at", "is", null)
    .orderBy("position")
    .limit(limit)
    .execute();
  return rows.map(checkpointOf);
}

export async function setWritten(tx: Tx, { upTo, at }: { upTo: number; at: Date }): Promise<void> {
  await tx
    .updateTable("audit_checkpoints")
    .set({ written_at: at })
    .where("written_at", "is", null)
    .where("position", "<=", String(upTo))
    .execute();
}

export async function findCheckpoints(db: Db, { after, limit }: { after: number; limit: number }): Promise<Checkpoint[]> {
  const query = db.selectFrom("audit_checkpoints").selectAll().where("position", ">", String(after)).orderBy("position").limit(limit);
  return (await query.execute()).map(checkpointOf);
}
