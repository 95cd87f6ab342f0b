import type { Answer } from "@sre/contracts/evidence";
import type { TeamId } from "@sre/contracts/shared";
import { sql } from "@sre/storage";
import type { Db, Tx } from "../migrations/tables.ts";
import type { Round } from "../diagnose/diagnose.ts";
import { packJson, unpackJson } from "./packed.ts";

/** Unpacked size at which a chunk is closed: small enough to be written and read in one go. Bytes. */
const chunkBytes = 1_048_576;

interface Chunk {
  readonly ids: string[];
  readonly answers: Answer[];
  bytes: number;
}

function chunksOf(answers: readonly Answer[]): Chunk[] {
  const chunks: Chunk[] = [];
  for (const answer of answers) {
    const bytes = Buffer.byteLength(JSON.stringify(answer));
    let chunk = chunks.at(-1);
    if (!chunk || chunk.bytes + bytes > chunkBytes) chunks.push((chunk = { ids: [], answers: [], bytes: 0 }));
    chunk.ids.push(answer.id);
    chunk.answers.push(answer);
    chunk.bytes += bytes;
  }
  return chunks;
}

/** Stores the answers of a round in compressed chunks and resolves to their unpacked size in bytes. */
export async function insertRound(tx: Tx, session: { teamId: TeamId; id: string }, round: Round): Promise<number> {
  const chunks = chunksOf(round.answers);
  for (const [index, chunk] of chunks.entries()) {
    await tx
      .insertInto("session_evidence")
      .values({
        team_id: session.teamId,
        session_id: session.id,
        round: round.number,
        chunk: index,
        evidence_ids: JSON.stringify(chunk.ids),
        bytes: packJson(chunk.answers),
        raw_bytes: chunk.bytes,
      })
      .execute();
  }
  return chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
}

/** The rounds of a session that were stored, in order; each has all of its answers. */
export async function findRounds(db: Db, teamId: TeamId, sessionId: string): Promise<Round[]> {
  const rows = await db
    .selectFrom("session_evidence")
    .select(["round", "chunk", "bytes"])
    .where("team_id", "=", teamId)
    .where("session_id", "=", sessionId)
    .orderBy("round")
    .orderBy("chunk")
    .execute();
  const rounds = new Map<number, Answer[]>();
  for (const row of rows) rounds.set(row.round, [...(rounds.get(row.round) ?? []), ...unpackJson<Answer[]>(row.bytes)]);
  return [...rounds].map(([number, answers]) => ({ number: number as Round["number"], answers }));
}

/** One answer of a session; undefined when it saw none with this id. */
export async function findAnswer(db: Db, teamId: TeamId, input: { sessionId: string; evidenceId: string }): Promise<Answer | undefined> {
  const row = await db
    .selectFrom("session_evidence")
    .select("bytes")
    .where("team_id", "=", teamId)
    .where("session_id", "=", input.sessionId)
    .where(sql<boolean>`evidence_ids @> ${JSON.stringify([input.evidenceId])}::jsonb`)
    .limit(1)
    .executeTakeFirst();
  return row && unpackJson<Answer[]>(row.bytes).find(({ id }) => id === input.evidenceId);
}

/** Deletes the evidence of sessions that finished before a moment, of at most `limit` sessions; resolves to how many. */
export async function deleteOldEvidence(tx: Tx, input: { finishedBefore: Date; limit: number }): Promise<number> {
  const old = await tx
    .selectFrom("sessions")
    .select(["team_id", "id"])
    .where("evidence_kept", "=", true)
    .where("finished_at", "<", input.finishedBefore)
    .orderBy("finished_at")
    .limit(input.limit)
    .forUpdate()
    .skipLocked()
    .execute();
  for (const { team_id: teamId, id } of old) {
    await tx.deleteFrom("session_evidence").where("team_id", "=", teamId).where("session_id", "=", id).execute();
    await tx.updateTable("sessions").set({ evidence_kept: false }).where("team_id", "=", teamId).where("id", "=", id).execute();
  }
  return old.length;
}
