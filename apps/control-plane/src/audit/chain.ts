import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import { signatureProblem, type Checkpoint, type PublicKeys } from "./checkpoints.ts";

/** What of a row never changes. */
interface AuditContent {
  readonly team_id: string;
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly actor_subject: string | null;
  readonly actor_kind: string;
  readonly action: string;
  readonly subject_kind: string;
  readonly subject: string;
  readonly service: string | null;
  readonly outcome: string;
  readonly detail: unknown;
  readonly trace_id: string;
}

/** A row as it stands in the table, sealed or not. */
export interface ChainRow extends AuditContent {
  readonly sequence: number | string;
  readonly content_hash: string;
  readonly position: number | string | null;
  readonly prev_hash: string | null;
  readonly seal: string | null;
  readonly sealed_at: Date | null;
}

/** The end of a chain, or of the part of it that was looked at. */
export interface ChainEnd {
  readonly position: number;
  readonly seal: string;
}

/** The first thing wrong with a chain. The kind is the likeliest explanation; the position is where it shows. */
export interface ChainFinding {
  readonly kind: "edited" | "missing" | "inserted" | "reordered" | "truncated" | "rewritten" | "checkpoint";
  /** Null for a row that has no place in the chain yet. */
  readonly position: number | null;
  /** The row, where there is one. */
  readonly id: string | null;
  readonly detail: string;
}

/** Before the first row. */
export const chainStart: ChainEnd = { position: 0, seal: "0".repeat(64) };

/** Hex SHA-256 of what never changes in a row. Rows from before the subject was kept are hashed without it, as they were then. */
export function contentHashOf(row: AuditContent): string {
  const { team_id, id, at, actor, actor_subject, actor_kind, action, subject_kind, subject, service, outcome, detail, trace_id } = row;
  const identified = actor_subject === null ? {} : { actor_subject };
  const content = {
    team_id,
    id,
    at: at.toISOString(),
    actor,
    actor_kind,
    action,
    subject_kind,
    subject,
    service,
    outcome,
    detail,
    trace_id,
  };
  return sha256(canonicalJson({ ...content, ...identified }));
}

/** Hex SHA-256 that ties a row to its place and to the row before it. */
export function sealOf(row: {
  readonly position: number;
  readonly sequence: number;
  readonly prevHash: string;
  readonly contentHash: string;
  readonly sealedAt: Date;
}): string {
  const { position, sequence, prevHash, contentHash, sealedAt } = row;
  return sha256(canonicalJson([position, sequence, prevHash, contentHash, sealedAt.toISOString()]));
}

/** How far from its place a row is looked for when its seal is not that of its place. */
const movedByMax = 200;

/** Whether the seal is that of the row at a position. */
function isSealedAs(row: ChainRow, position: number): boolean {
  if (row.prev_hash === null || row.sealed_at === null) return false;
  const { prev_hash: prevHash, content_hash: contentHash, sealed_at: sealedAt } = row;
  return row.seal === sealOf({ position, sequence: Number(row.sequence), prevHash, contentHash, sealedAt });
}

/** The place that a row was sealed for, if that is near. */
function sealedPlaceOf(row: ChainRow, position: number): number | null {
  for (let by = 1; by <= movedByMax; by++) {
    for (const place of [position - by, position + by]) if (place > 0 && isSealedAs(row, place)) return place;
  }
  return null;
}

/** What is wrong with the content of a row alone; null when nothing is. */
export function editOf(row: ChainRow, position: number | null): ChainFinding | null {
  if (contentHashOf(row) === row.content_hash) return null;
  return { kind: "edited", position, id: row.id, detail: "Its content is not what its content hash was made of." };
}

interface Place {
  readonly last: ChainEnd & { readonly id: string | null };
  readonly before: ChainEnd | null;
}

function misplacedOf(row: ChainRow, { last, before }: Place): ChainFinding | null {
  const [expected, position] = [last.position + 1, Number(row.position)];
  const at = (kind: ChainFinding["kind"], detail: string): ChainFinding => ({ kind, position: expected, id: row.id, detail });
  if (position > expected) return { ...at("missing", `Rows ${expected} to ${position - 1} are not there.`), id: null };
  if (position < expected) return at("inserted", `It stands a second time at position ${position}.`);
  const edited = editOf(row, expected);
  if (edited) return edited;
  const [follows, sealed] = [row.prev_hash === last.seal, isSealedAs(row, expected)];
  if (follows && sealed) return null;
  if (before !== null && row.prev_hash === before.seal)
    return { ...at("inserted", "The row after it follows the row before it."), position: last.position, id: last.id };
  const place = sealed ? null : sealedPlaceOf(row, expected);
  if (place !== null) return at("reordered", `It was sealed as row ${place}.`);
  return at("edited", follows ? "Its seal is not that of its content." : "It does not follow the row before it.");
}

/** A walk along a chain from one of its ends, which remembers two rows and no more. */
export interface ChainWalk {
  /** Takes the next row, with the checkpoints that name its position. */
  take(row: ChainRow, checkpoints?: readonly Checkpoint[]): ChainFinding | null;
  /** Says what is wrong when no row is left though a checkpoint is. */
  end(left: Checkpoint | null): ChainFinding | null;
  readonly last: ChainEnd;
}

/** Begins to walk behind `from`. Findings end the walk: what follows the first bad row says nothing. */
export function walkChain({ from = chainStart, keys }: { readonly from?: ChainEnd; readonly keys: PublicKeys }): ChainWalk {
  let place: Place = { last: { ...from, id: null }, before: null };
  let proven = from.position;
  const signedOf = (checkpoint: Checkpoint): ChainFinding | null => {
    const problem = signatureProblem(checkpoint, keys);
    return problem === null ? null : { kind: "checkpoint", position: checkpoint.position, id: null, detail: problem };
  };
  const agrees = (row: ChainRow, checkpoint: Checkpoint): ChainFinding | null => {
    const unsigned = signedOf(checkpoint);
    if (unsigned) return unsigned;
    if (checkpoint.seal !== row.seal) {
      const detail = `The checkpoint of row ${checkpoint.position} holds another seal: one of the rows ${proven + 1} to ${checkpoint.position} is not what was sealed.`;
      return { kind: "rewritten", position: proven + 1, id: null, detail };
    }
    proven = checkpoint.position;
    return null;
  };
  return {
    take(row, checkpoints = []) {
      const misplaced = misplacedOf(row, place);
      if (misplaced) return misplaced;
      place = { last: { position: place.last.position + 1, seal: row.seal ?? "", id: row.id }, before: place.last };
      for (const checkpoint of checkpoints) {
        const finding = agrees(row, checkpoint);
        if (finding) return finding;
      }
      return null;
    },
    end(left) {
      if (left === null) return null;
      const first = place.last.position + 1;
      const detail = `Rows ${first} to ${left.position} are not there: the checkpoint of row ${left.position} tells of them.`;
      return signedOf(left) ?? { kind: "truncated", position: first, id: null, detail };
    },
    get last() {
      return place.last;
    },
  };
}
