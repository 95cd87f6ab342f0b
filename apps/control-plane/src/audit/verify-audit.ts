import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Db } from "../migrations/tables.ts";
import { chainStart, editOf, walkChain, type ChainEnd, type ChainFinding, type ChainWalk } from "./chain.ts";
import { findCheckpoints, findHead, findSealed, findUnsealed } from "./chain-store.ts";
import { Checkpoint, type PublicKeys } from "./checkpoints.ts";

/** Rows in memory at a time. */
const rowsPerPage = 1_000;

export interface AuditVerification {
  /** Every row up to this one is as it was sealed. */
  readonly verifiedTo: number;
  /** False when `rowsMax` was reached first: go on behind `verifiedTo`. */
  readonly complete: boolean;
  /** Checkpoints that agreed. */
  readonly checkpoints: number;
  readonly unsealed: number;
  readonly finding: ChainFinding | null;
}

export interface VerifyInput {
  readonly keys: PublicKeys;
  /** Where to begin; its seal is believed. Default: the start of the chain. */
  readonly from?: ChainEnd;
  readonly rowsMax?: number;
  /** Checkpoints in the order of the chain; default: those of the database itself. */
  readonly checkpoints?: AsyncIterable<Checkpoint, void>;
}

/** The checkpoints of the database, a page at a time. */
async function* storedCheckpoints(db: Db, after: number): AsyncGenerator<Checkpoint, void> {
  for (let last = after; ;) {
    const page = await findCheckpoints(db, { after: last, limit: rowsPerPage });
    yield* page;
    if (page.length < rowsPerPage) return;
    last = page.at(-1)?.position ?? last;
  }
}

const lineCharactersMax = 2_000;

/** The checkpoints of a file that was written outside, line by line. Throws an Error that names the line which is none. */
export async function* checkpointsOfFile(path: string): AsyncGenerator<Checkpoint, void> {
  let number = 0;
  let last = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number++;
    if (line === "") continue;
    const parsed = line.length <= lineCharactersMax ? Checkpoint.safeParse(jsonOf(line)) : null;
    if (!parsed?.success) throw new Error(`Line ${number} of the checkpoints is none.`);
    if (parsed.data.position < last) throw new Error(`Line ${number} of the checkpoints stands behind a later one.`);
    last = parsed.data.position;
    yield parsed.data;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Checkpoints with a look at the next one. */
interface Ahead {
  peek(): Promise<Checkpoint | null>;
  /** Those of one position; throws away what is before it. */
  takeAt(position: number): Promise<Checkpoint[]>;
}

function lookAhead(checkpoints: AsyncIterable<Checkpoint, void>): Ahead {
  const source = checkpoints[Symbol.asyncIterator]();
  let next: Checkpoint | null | undefined;
  const peek = async () => {
    if (next === undefined) {
      const read = await source.next();
      next = read.done === true ? null : read.value;
    }
    return next;
  };
  return {
    peek,
    async takeAt(position) {
      const taken: Checkpoint[] = [];
      for (let one = await peek(); one !== null && one.position <= position; one = await peek()) {
        if (one.position === position) taken.push(one);
        next = undefined;
      }
      return taken;
    },
  };
}

interface Walked {
  readonly finding: ChainFinding | null;
  readonly complete: boolean;
  readonly checkpoints: number;
}

async function walkRows(db: Db, walk: ChainWalk, { ahead, rowsMax }: { ahead: Ahead; rowsMax: number }): Promise<Walked> {
  let [rows, checkpoints] = [0, 0];
  while (rows < rowsMax) {
    // Looked at before the rows: a checkpoint that was there by then tells of rows that must be there now.
    const left = await ahead.peek();
    const page = await findSealed(db, { after: walk.last.position, limit: Math.min(rowsPerPage, rowsMax - rows) });
    if (page.length === 0) return { finding: walk.end(left), complete: true, checkpoints };
    for (const row of page) {
      const here = await ahead.takeAt(Number(row.position));
      const finding = walk.take(row, here);
      if (finding) return { finding, complete: true, checkpoints };
      checkpoints += here.length;
    }
    rows += page.length;
  }
  return { finding: null, complete: false, checkpoints };
}

/** Rows that the sealer has not reached: only their content can be looked at. */
async function checkUnsealed(db: Db): Promise<{ unsealed: number; finding: ChainFinding | null }> {
  let unsealed = 0;
  for (let after = "0"; ;) {
    const page = await findUnsealed(db, { after, limit: rowsPerPage });
    for (const row of page) {
      unsealed++;
      const finding = editOf(row, null);
      if (finding) return { unsealed, finding };
    }
    if (page.length < rowsPerPage) return { unsealed, finding: null };
    after = page.at(-1)?.sequence ?? after;
  }
}

async function endFinding(db: Db, last: ChainEnd, before: ChainEnd): Promise<ChainFinding | null> {
  const at = (kind: ChainFinding["kind"], position: number, detail: string): ChainFinding => ({ kind, position, id: null, detail });
  if (last.position < before.position)
    return at("truncated", last.position + 1, `Rows ${last.position + 1} to ${before.position} are not there, though they were sealed.`);
  const now = await findHead(db);
  if (last.position > Number(now.position)) return at("inserted", Number(now.position) + 1, "The sealer has not sealed so far.");
  return null;
}

/**
 * Walks the chain of a database in bounded memory and names the first row that is not as it was sealed. What an owner of the database
 * rewrites consistently shows only against checkpoints that it does not hold the key or the copy of.
 */
export async function verifyAudit(db: Db, input: VerifyInput): Promise<AuditVerification> {
  const { keys, from = chainStart, rowsMax = Number.POSITIVE_INFINITY } = input;
  const head = await findHead(db);
  const walk = walkChain({ from, keys });
  const ahead = lookAhead(input.checkpoints ?? storedCheckpoints(db, from.position));
  const walked = await walkRows(db, walk, { ahead, rowsMax });
  const result = { verifiedTo: walk.last.position, complete: walked.complete, checkpoints: walked.checkpoints };
  if (walked.finding !== null || !walked.complete) return { ...result, unsealed: 0, finding: walked.finding };
  const atEnd = await endFinding(db, walk.last, { position: Number(head.position), seal: head.seal });
  if (atEnd) return { ...result, unsealed: 0, finding: atEnd };
  return { ...result, ...(await checkUnsealed(db)) };
}
