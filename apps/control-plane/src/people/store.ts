import type { Insertable, Selectable } from "kysely";
import type { Db, SignedInSessionTable, SignInTable, Tx } from "../migrations/tables.ts";

// A browser names its sign-in or session only by a secret, so these look-ups have no team yet: the row says which.

/** Keeps a sign-in that begins at `at`; those that are over go, because anybody can begin as many as they like. */
export async function insertSignIn(db: Db, row: Insertable<SignInTable>, at: Date): Promise<void> {
  await db.deleteFrom("sign_ins").where("expires_at", "<", at).execute();
  await db.insertInto("sign_ins").values(row).execute();
}

/** Takes a sign-in: it is good once. */
export function takeSignIn(db: Db, input: { attemptHash: string; at: Date }): Promise<Selectable<SignInTable> | undefined> {
  return db
    .deleteFrom("sign_ins")
    .where("attempt_hash", "=", input.attemptHash)
    .where("expires_at", ">", input.at)
    .returningAll()
    .executeTakeFirst();
}

export async function insertSession(tx: Tx, row: Insertable<SignedInSessionTable>): Promise<void> {
  await tx.deleteFrom("signed_in_sessions").where("expires_at", "<", row.created_at).execute();
  await tx.insertInto("signed_in_sessions").values(row).execute();
}

export function findSession(db: Db, input: { tokenHash: string; at: Date }): Promise<Selectable<SignedInSessionTable> | undefined> {
  return db
    .selectFrom("signed_in_sessions")
    .selectAll()
    .where("token_hash", "=", input.tokenHash)
    .where("expires_at", ">", input.at)
    .executeTakeFirst();
}

/** Ends a session; undefined when it has ended already. */
export function deleteSession(tx: Tx, tokenHash: string): Promise<Pick<Selectable<SignedInSessionTable>, "id_token"> | undefined> {
  return tx.deleteFrom("signed_in_sessions").where("token_hash", "=", tokenHash).returning("id_token").executeTakeFirst();
}
