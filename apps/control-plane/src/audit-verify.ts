import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createLog, readEnvironment } from "@sre/service-kit";
import { databaseConfig, databaseEnvironment, openDatabase } from "@sre/storage";
import { readPublicKeys } from "./audit/checkpoints.ts";
import { checkpointsOfFile, verifyAudit, type AuditVerification } from "./audit/verify-audit.ts";
import { migrations } from "./migrations/index.ts";
import type { Tables } from "./migrations/tables.ts";

const usage = "npm run audit:verify -- --public-key FILE [--checkpoints FILE]";

function report(found: AuditVerification): string {
  const { verifiedTo, checkpoints, unsealed, finding } = found;
  if (finding === null) return `ok: ${verifiedTo} rows in the chain, ${checkpoints} checkpoints agree, ${unsealed} rows not sealed yet`;
  const place = finding.position === null ? "a row that is not sealed" : `row ${finding.position}`;
  const id = finding.id === null ? "" : ` (${finding.id})`;
  return `NOT AS SEALED: ${place}${id}: ${finding.kind}. ${finding.detail} The rows before it, up to ${verifiedTo}, follow each other.`;
}

/**
 * `npm run audit:verify`: walks the chain of audit rows of the database that the environment names. With `--checkpoints` it is compared with
 * the copy outside instead of the database's own checkpoints. Exit codes: 0 as sealed, 1 not as sealed, 2 could not be looked at.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { "public-key": { type: "string" }, checkpoints: { type: "string" } } });
  const publicKey = values["public-key"];
  if (publicKey === undefined) throw new Error(usage);
  const keys = readPublicKeys(readFileSync(publicKey, "utf8"));
  const config = databaseConfig(readEnvironment(databaseEnvironment, process.env), "control-plane");
  const log = createLog({ service: "audit-verify", level: "warn" });
  await using database = await openDatabase<Tables>({ config, migrations, log });
  const outside = values.checkpoints === undefined ? {} : { checkpoints: checkpointsOfFile(values.checkpoints) };
  const found = await verifyAudit(database.kysely, { keys, ...outside });
  process.stdout.write(`${report(found)}\n`);
  if (found.finding !== null) process.exitCode = 1;
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  });
}
