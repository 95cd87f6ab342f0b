import { join } from "node:path";
import { z } from "zod";

/** Where the rows live: a directory of this process alone (":memory:" keeps nothing), or a PostgreSQL server that any number of replicas share. */
export type DatabaseConfig =
  | { readonly kind: "embedded"; readonly directory: string }
  | { readonly kind: "postgres"; readonly url: string; readonly schema: string; readonly connectionsMax: number };

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// URL" });
const schemaName = z.string().regex(/^[a-z][a-z0-9_]{0,48}$/, { error: "must be lower-case letters, digits and _, at most 49 characters" });

/** The variables that choose a service's database. */
export const databaseEnvironment = z.object({
  DATABASE_URL: postgresUrl.optional().meta({ description: "PostgreSQL 15 or newer, reached directly or through a session pool; unset: an embedded database under DATA_DIR", secret: true }),
  DATABASE_SCHEMA: schemaName.optional().meta({ description: "schema of the service's tables; default: the service's name. Its jobs stand in <schema>_jobs" }),
  DATABASE_CONNECTIONS_MAX: z.coerce.number().int().min(2).max(200).default(10).meta({ description: "most connections of one replica to PostgreSQL", unit: "connections" }),
  DATA_DIR: z.string().min(1).max(1_000).default("./data").meta({ description: "directory of the embedded databases, one folder for each service" }),
}); // prettier-ignore

/** The database of the service `name`, from variables read through `databaseEnvironment`. */
export function databaseConfig(vars: z.output<typeof databaseEnvironment>, name: string): DatabaseConfig {
  if (!vars.DATABASE_URL) return { kind: "embedded", directory: join(vars.DATA_DIR, name) };
  const schema = vars.DATABASE_SCHEMA ?? name.replaceAll("-", "_");
  return { kind: "postgres", url: vars.DATABASE_URL, schema, connectionsMax: vars.DATABASE_CONNECTIONS_MAX };
}
