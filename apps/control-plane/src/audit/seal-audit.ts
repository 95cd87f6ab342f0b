import { open } from "node:fs/promises";
import type { App } from "../app.ts";
import type { Tx } from "../migrations/tables.ts";
import { sealOf, type ChainEnd } from "./chain.ts";
import { findUnsealed, findUnwritten, insertCheckpoint, lockHead, setHead, setSeals, setWritten, type Seal } from "./chain-store.ts";
import { signCheckpoint, type CheckpointKeys } from "./checkpoints.ts";
import type { AuditProof } from "./open-proof.ts";
import type { AuditRow } from "./store.ts";

/** Rows of one transaction: it holds the embedded database's only connection. */
const rowsPerSealMax = 500;
const checkpointsPerWriteMax = 1_000;
const everyMs = 1_000;
/** The chain's end is signed no more often than this, so that a year of checkpoints stays a small file. */
const checkpointEveryMs = 60_000;

function sealsOf(head: ChainEnd, rows: readonly AuditRow[], sealedAt: Date): Seal[] {
  let last = head;
  return rows.map((row) => {
    const sequence = Number(row.sequence);
    const position = last.position + 1;
    const seal = sealOf({ position, sequence, prevHash: last.seal, contentHash: row.content_hash, sealedAt });
    const sealed = { sequence, position, prev_hash: last.seal, seal };
    last = { position, seal };
    return sealed;
  });
}

async function signEnd(tx: Tx, input: { keys: CheckpointKeys; end: ChainEnd; at: Date }): Promise<void> {
  await insertCheckpoint(tx, signCheckpoint(input.keys, { ...input.end, at: input.at }));
}

/**
 * Chains the rows that are committed and have no seal, a batch at a time; signs the end when `checkpointEveryMs` have passed since the
 * last signature. Rows are found by their missing seal, never as "behind the last sequence": a slower transaction that commits an
 * earlier sequence is sealed by the next run. Returns how many rows were sealed.
 */
export async function sealAudit(app: App, proof: AuditProof, { signNow = false } = {}): Promise<number> {
  return app.database.transaction(async (tx) => {
    const locked = await lockHead(tx);
    const at = app.clock.now();
    const head = { position: Number(locked.position), seal: locked.seal };
    const rows = await findUnsealed(tx, { after: "0", limit: rowsPerSealMax });
    const seals = sealsOf(head, rows, at);
    const end = seals.at(-1) ?? head;
    if (seals.length > 0) {
      await setSeals(tx, { seals, at });
      await setHead(tx, end);
    }
    const due = signNow || locked.checkpoint_at === null || at.getTime() - locked.checkpoint_at.getTime() >= checkpointEveryMs;
    if (proof.keys !== null && due && (await isUnsigned(tx, end.position))) await signEnd(tx, { keys: proof.keys, end, at });
    return seals.length;
  });
}

async function isUnsigned(tx: Tx, position: number): Promise<boolean> {
  if (position === 0) return false;
  const signed = await tx.selectFrom("audit_checkpoints").select("position").where("position", "=", String(position)).executeTakeFirst();
  return signed === undefined;
}

async function appendDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "a", 0o600);
  try {
    await file.appendFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Appends committed checkpoints to the file outside, in the order of the chain, a line of JSON each. A crash between the file and the
 * mark writes some a second time, which verification takes; none is left out and none tells of rows that were rolled back.
 */
export async function writeCheckpoints(app: App, { checkpointFile }: AuditProof): Promise<void> {
  if (checkpointFile === null) return;
  await app.database.transaction(async (tx) => {
    await lockHead(tx);
    const unwritten = await findUnwritten(tx, checkpointsPerWriteMax);
    const last = unwritten.at(-1);
    if (last === undefined) return;
    await appendDurably(checkpointFile, unwritten.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`).join(""));
    await setWritten(tx, { upTo: last.position, at: app.clock.now() });
  });
}

/** Seals every second until it is disposed; a run that is still going is not joined by another. */
export function watchAudit(app: App, proof: AuditProof): AsyncDisposable {
  let running: Promise<void> | null = null;
  const run = async () => {
    while ((await sealAudit(app, proof)) === rowsPerSealMax) await new Promise(setImmediate);
    await writeCheckpoints(app, proof);
  };
  const timer = setInterval(() => {
    running ??= run()
      .catch((error: unknown) => app.log.warn({ err: error }, "audit rows could not be sealed"))
      .finally(() => (running = null));
  }, everyMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
