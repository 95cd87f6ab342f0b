export { databaseConfig, databaseEnvironment, type DatabaseConfig } from "./database/config.ts";
export { openDatabase, type Database, type DatabaseHandle } from "./database/database.ts";
export { OutsideTransaction } from "./database/scope.ts";
export { decodeCursor, encodeCursor, type Cursor } from "./cursor.ts";
export { cursorOf, keysetOf, type Keyset } from "./keyset.ts";
export { openJobs } from "./jobs/open-jobs.ts";
export type { EnqueueOptions, Job, Jobs, JobTransaction, QueueConfig, QueueStats, WorkOptions } from "./jobs/jobs.ts";
export { sql, type Generated, type Insertable, type Kysely, type Selectable, type Transaction, type Updateable } from "kysely";
export type { Migration } from "kysely/migration";
