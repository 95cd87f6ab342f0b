import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chainStart, contentHashOf, sealOf, walkChain, type ChainFinding, type ChainRow } from "./chain.ts";
import { newCheckpointKey, readCheckpointKeys, signCheckpoint, type Checkpoint } from "./checkpoints.ts";

const rowCount = 24;
const runs = 10_000;
const keys = readCheckpointKeys(newCheckpointKey());
const start = Date.parse("2026-11-24T10:00:00Z");

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Hashes and seals rows in their order, as the sealer would. */
function seal(rows: readonly ChainRow[]): ChainRow[] {
  let last = chainStart;
  return rows.map((row) => {
    const position = last.position + 1;
    const [contentHash, sealedAt] = [contentHashOf(row), row.sealed_at ?? new Date(start)];
    const sealed = sealOf({ position, sequence: Number(row.sequence), prevHash: last.seal, contentHash, sealedAt });
    const prev = last.seal;
    last = { position, seal: sealed };
    return { ...row, content_hash: contentHash, position, prev_hash: prev, seal: sealed, sealed_at: sealedAt };
  });
}

const rowOf = (number: number): ChainRow => ({
  team_id: idOf(0),
  id: idOf(number),
  at: new Date(start + number * 1_000),
  actor: `Person ${number}`,
  actor_subject: `subject-${number}`,
  actor_kind: "person",
  action: "incident.acknowledge",
  subject_kind: "incident",
  subject: idOf(1_000 + number),
  service: "checkout",
  outcome: "done",
  detail: { from: "new", number },
  trace_id: "0".repeat(32),
  sequence: 100 + number,
  content_hash: "",
  position: null,
  prev_hash: null,
  seal: null,
  sealed_at: new Date(start + number * 1_000),
});

const good = seal(Array.from({ length: rowCount }, (_, index) => rowOf(index + 1)));
const at = new Date(start);
// Written outside: half of the way, and the end.
const checkpoints = [rowCount / 2, rowCount].map((position) =>
  signCheckpoint(keys, { position, seal: good[position - 1]?.seal ?? "", at }),
);

function verify(rows: readonly ChainRow[], outside: readonly Checkpoint[] = checkpoints): ChainFinding | null {
  const walk = walkChain({ keys: keys.publicKeys });
  const left = [...outside];
  for (const row of rows) {
    const here = left.filter(({ position }) => position === Number(row.position));
    const finding = walk.take(row, here);
    if (finding) return finding;
    while (left[0] && left[0].position <= walk.last.position) left.shift();
  }
  return walk.end(left[0] ?? null);
}

const renumbered = (rows: readonly ChainRow[]): ChainRow[] => rows.map((row, index) => ({ ...row, position: index + 1 }));
const replaced = (index: number, row: ChainRow): ChainRow[] => good.with(index, row);
const rowAt = (index: number): ChainRow => good[index] ?? rowOf(0);

/** What somebody did to the rows, and where that must show. */
interface Tampering {
  readonly rows: readonly ChainRow[];
  readonly shows: readonly number[];
}

const edits: ((row: ChainRow, salt: number) => Partial<ChainRow>)[] = [
  (_, salt) => ({ team_id: idOf(salt) }),
  (_, salt) => ({ id: idOf(1_000_000 + salt) }),
  ({ at: then }, salt) => ({ at: new Date(then.getTime() + 1 + salt) }),
  (_, salt) => ({ actor: `Somebody ${salt}` }),
  (_, salt) => ({ actor_subject: salt % 2 === 0 ? null : `other-${salt}` }),
  () => ({ actor_kind: "system" }),
  (_, salt) => ({ action: `incident.${salt}` }),
  () => ({ subject_kind: "alert" }),
  (_, salt) => ({ subject: idOf(2_000_000 + salt) }),
  () => ({ service: null }),
  () => ({ outcome: "refused" }),
  (_, salt) => ({ detail: { from: "new", number: 10_000 + salt } }),
  (_, salt) => ({ trace_id: String(salt) }),
  ({ sequence }, salt) => ({ sequence: Number(sequence) + 1 + salt }),
  (_, salt) => ({ content_hash: contentHashOf(rowOf(100_000 + salt)) }),
  (_, salt) => ({ prev_hash: contentHashOf(rowOf(100_000 + salt)) }),
  (_, salt) => ({ seal: contentHashOf(rowOf(100_000 + salt)) }),
  ({ sealed_at: then }, salt) => ({ sealed_at: new Date((then?.getTime() ?? 0) + 1 + salt) }),
  () => ({ seal: null }),
  () => ({ prev_hash: null }),
  // With its hash made anew.
  (row, salt) => {
    const edited = { ...row, actor: `Somebody ${salt}` };
    return { actor: edited.actor, content_hash: contentHashOf(edited) };
  },
];

const index = fc.nat(rowCount - 1);
const salt = fc.nat(9_999);
const edited = fc
  .tuple(index, fc.nat(edits.length - 1), salt)
  .map(([i, which, n]): Tampering => ({ rows: replaced(i, { ...rowAt(i), ...edits[which]?.(rowAt(i), n) }), shows: [i + 1] }));

/** Everything from a row on is sealed anew: only a checkpoint outside tells. */
const rewritten = fc.tuple(index, salt).map(([i, n]): Tampering => {
  const rows = seal(replaced(i, { ...rowAt(i), actor: `Somebody ${n}` }));
  return { rows, shows: [i < rowCount / 2 ? 1 : rowCount / 2 + 1] };
});

const deleted = fc.tuple(fc.nat(rowCount - 2), fc.integer({ min: 1, max: 5 }), fc.boolean()).map(([i, count, renumber]): Tampering => {
  const rows = good.toSpliced(i, Math.min(count, rowCount - 1 - i));
  return { rows: renumber ? renumbered(rows) : rows, shows: [i + 1] };
});

/** A row of one's own, sealed behind the one before it as the sealer would, with those that follow moved on. */
const inserted = fc.tuple(index, salt, fc.boolean()).map(([i, n, sealed]): Tampering => {
  const forged = seal([...good.slice(0, i), rowOf(500_000 + n)]).at(-1) ?? rowOf(0);
  const rows = renumbered(good.toSpliced(i, 0, sealed ? forged : { ...forged, seal: contentHashOf(forged) }));
  // Where a checkpoint stands at its place, that says only that the rows up to there are not what was sealed.
  const atCheckpoint = sealed && checkpoints.some(({ position }) => position === i + 1);
  return { rows, shows: [atCheckpoint ? (i < rowCount / 2 ? 1 : rowCount / 2 + 1) : i + 1] };
});

const copied = index.map((i): Tampering => ({ rows: good.toSpliced(i + 1, 0, rowAt(i)), shows: [i + 2] }));

const reordered = fc
  .tuple(index, index, fc.boolean())
  .filter(([i, j]) => i !== j)
  .map(([i, j, whole]): Tampering => {
    const place = (from: ChainRow, to: ChainRow): ChainRow => {
      const { position, prev_hash, seal: sealed, sealed_at, sequence } = to;
      return whole ? { ...from, position } : { ...from, position, prev_hash, seal: sealed, sealed_at, sequence };
    };
    return { rows: good.with(i, place(rowAt(j), rowAt(i))).with(j, place(rowAt(i), rowAt(j))), shows: [Math.min(i, j) + 1] };
  });

const truncated = index.map((i): Tampering => ({ rows: good.slice(0, i), shows: [i + 1] }));

describe("the chain of audit rows", () => {
  test("has nothing to tell of rows that are as they were sealed", () => {
    expect(verify(good)).toBeNull();
  });

  test(`shows each of ${runs.toLocaleString("en")} random edits, deletions, insertions, reorderings and truncations, and where`, () => {
    const kinds = new Set<string>();
    const any = fc.oneof(edited, rewritten, deleted, inserted, copied, reordered, truncated);
    fc.assert(
      fc.property(any, ({ rows, shows }) => {
        const finding = verify(rows);
        kinds.add(finding?.kind ?? "none");
        expect(shows).toContain(finding?.position);
      }),
      { seed: 20_261_125, numRuns: runs },
    );
    expect([...kinds].sort()).toEqual(["edited", "inserted", "missing", "reordered", "rewritten", "truncated"]);
  }, 120_000);

  test.each([
    ["edited", { rows: replaced(3, { ...rowAt(3), actor: "Eve" }), position: 4 }],
    ["missing", { rows: good.toSpliced(3, 2), position: 4 }],
    ["truncated", { rows: good.slice(0, 20), position: 21 }],
    ["reordered", { rows: good.with(3, { ...rowAt(7), position: 4 }), position: 4 }],
    ["inserted", { rows: renumbered(good.toSpliced(3, 0, seal([...good.slice(0, 3), rowOf(99)])[3] ?? rowOf(0))), position: 4 }],
    ["rewritten", { rows: seal(replaced(13, { ...rowAt(13), actor: "Eve" })), position: 13 }],
  ] as const)("calls it %s", (kind, { rows, position }) => {
    expect(verify(rows)).toMatchObject({ kind, position });
  });

  test("does not believe a checkpoint that nobody known has signed", () => {
    const stranger = readCheckpointKeys(newCheckpointKey());
    const forged = signCheckpoint(stranger, { position: 5, seal: good[4]?.seal ?? "", at });
    expect(verify(good, [forged])).toMatchObject({ kind: "checkpoint", position: 5, detail: expect.stringContaining("not known") });
    expect(verify(good, [{ ...forged, key_id: keys.id }])).toMatchObject({
      kind: "checkpoint",
      detail: expect.stringContaining("signature"),
    });
  });

  test("takes a checkpoint of a retired key that is still named", () => {
    const old = newCheckpointKey();
    const both = readCheckpointKeys(`${newCheckpointKey()}${old}`);
    const signed = signCheckpoint(readCheckpointKeys(old), { position: rowCount, seal: good.at(-1)?.seal ?? "", at });
    const walk = walkChain({ keys: both.publicKeys });
    expect(good.map((row) => walk.take(row, row.position === rowCount ? [signed] : []))).toEqual(good.map(() => null));
  });
});
