import { sql, type Database } from "@sre/storage";

interface Catalogue {
  readonly pg_tables: { readonly schemaname: string; readonly tablename: string };
}

/** Drops every table of the database's own schema: a fault of ours that no query survives. The tables of the jobs stay. */
export async function loseTables<S>({ engine, kysely }: Database<S>): Promise<void> {
  const tables = await (kysely as unknown as Database<Catalogue>["kysely"])
    .selectFrom("pg_tables")
    .select("tablename")
    .where("schemaname", "=", engine.schema)
    .execute();
  for (const { tablename } of tables) await sql`drop table ${sql.id(engine.schema, tablename)} cascade`.execute(kysely);
}
