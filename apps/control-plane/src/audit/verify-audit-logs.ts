import type { AuditVerification } from "@sre/contracts/control-plane";
import { requireScope, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { chainStart, type ChainEnd } from "./chain.ts";
import { findSealed } from "./chain-store.ts";
import { verifyAudit } from "./verify-audit.ts";

/** Rows of one answer: a few seconds of work. */
const rowsPerAnswerMax = 50_000;

/** The row to go on behind, or null where there is none with that position. */
async function endAt(app: App, position: number): Promise<ChainEnd | null> {
  if (position === 0) return chainStart;
  const [row] = await findSealed(app.database.kysely, { after: position - 1, limit: 1 });
  return row !== undefined && Number(row.position) === position && row.seal !== null ? { position, seal: row.seal } : null;
}

/** Walks the chain behind a position. It goes through the rows of every team, so an answer holds places and no content. */
export async function verifyAuditLogs(app: App, ctx: CallContext, { after }: { after: number }): Promise<AuditVerification> {
  requireScope(ctx, "audit:read");
  const from = await endAt(app, after);
  if (from === null) {
    const finding = { kind: "missing", position: after, id: null, detail: `Row ${after} is not there.` } as const;
    return { verified_to: 0, complete: true, checkpoints: 0, unsealed: 0, finding };
  }
  const keys = app.proof.keys?.publicKeys ?? null;
  // Without a key nothing was signed here, and what stands in the table proves nothing.
  const checkpoints = keys === null ? { checkpoints: nothing() } : {};
  const found = await verifyAudit(app.database.kysely, { keys: keys ?? new Map(), from, rowsMax: rowsPerAnswerMax, ...checkpoints });
  const { verifiedTo, complete, unsealed, finding } = found;
  return { verified_to: verifiedTo, complete, checkpoints: found.checkpoints, unsealed, finding };
}

async function* nothing(): AsyncGenerator<never> {}
