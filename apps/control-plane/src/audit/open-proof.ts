import { readFileSync, writeFileSync } from "node:fs";
import { ConfigurationError } from "@sre/service-kit";
import { newCheckpointKey, readCheckpointKeys, type CheckpointKeys } from "./checkpoints.ts";

/** How the chain is proven to whoever does not trust the database. */
export interface AuditProof {
  /** Null: checkpoints are not signed. */
  readonly keys: CheckpointKeys | null;
  /** Null: they are kept in the table only. */
  readonly checkpointFile: string | null;
}

export interface ProofConfig {
  readonly signingKeyFile: string | null;
  readonly checkpointFile: string | null;
  /** Where a key is made when none is named; null: nowhere. */
  readonly ownKeyFile: string | null;
}

/** The key of an installation that was given none; made on first use, readable by this user alone. */
function ownKey(file: string): string {
  try {
    writeFileSync(file, newCheckpointKey(), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return readFileSync(file, "utf8");
}

function keysOf({ signingKeyFile, ownKeyFile }: ProofConfig): CheckpointKeys | null {
  if (signingKeyFile === null) return ownKeyFile === null ? null : readCheckpointKeys(ownKey(ownKeyFile));
  try {
    return readCheckpointKeys(readFileSync(signingKeyFile, "utf8"));
  } catch {
    throw new ConfigurationError([{ name: "AUDIT_SIGNING_KEY_FILE", problem: "names no file with an Ed25519 private key in PEM form" }]);
  }
}

/** Reads the key that signs checkpoints. Throws a ConfigurationError when the named file holds none. */
export function openProof(config: ProofConfig): AuditProof {
  return { keys: keysOf(config), checkpointFile: config.checkpointFile };
}
