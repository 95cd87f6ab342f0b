import type { Migration } from "@sre/storage";
import { sessionTables } from "./0001-sessions.ts";

/** Every migration by its name, run in the order of the names. */
export const migrations: Record<string, Migration> = { "0001-sessions": sessionTables };
