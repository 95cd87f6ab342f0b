import { PGlite, type PGliteOptions, types } from "@electric-sql/pglite";

/** Name of a database image: only the version that made it may load it. */
export const imageName = "pglite-0.5.14-image.tar.gz";

// PostgreSQL's defaults are sized for a server; a service of one process needs little.
const startParams = [...PGlite.defaultStartParams, "-c", "shared_buffers=16MB", "-c", "wal_buffers=1MB", "-c", "timezone=UTC"];

const asText = (value: string): string => value;

/** PGlite with the memory of a small service, whose 64-bit integers come as texts, as from PostgreSQL's driver. */
export function startPglite(options: PGliteOptions): Promise<PGlite> {
  return PGlite.create({ ...options, startParams, parsers: { [types.INT8]: asText, [types.NUMERIC]: asText } });
}
