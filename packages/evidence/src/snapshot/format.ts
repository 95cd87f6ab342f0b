import { constants, gunzipSync, gzipSync } from "node:zlib";
import { byCodeUnit, canonicalJson, sha256 } from "@sre/contracts/canonical";
import { edgeId, evidenceLimits, SnapshotRecord, type Snapshot, type SnapshotHeader } from "@sre/contracts/evidence";

export type SnapshotFault = "cut_off" | "too_large" | "garbled";

/** Why a file is no snapshot; `line` counts from 1 and is null when the trouble lies before the lines. */
export class SnapshotUnreadable extends Error {
  readonly fault: SnapshotFault;
  readonly line: number | null;

  constructor(fault: SnapshotFault, line: number | null, detail: string) {
    super(`This snapshot cannot be read${line === null ? "" : ` (line ${line})`}: ${detail}`);
    this.name = "SnapshotUnreadable";
    this.fault = fault;
    this.line = line;
  }
}

const lineFeed = 0x0a;
const gzipMagic = [0x1f, 0x8b] as const;

/**
 * Reads a snapshot, plain NDJSON or gzip, of at most `evidenceLimits.snapshotBytesMax` bytes unpacked.
 * Throws SnapshotUnreadable: a file that lost its tail is `cut_off`, never a smaller snapshot.
 */
export function readSnapshot(bytes: Uint8Array): Snapshot {
  const plain = unpack(bytes);
  const records: SnapshotRecord[] = [];
  let line = 0;
  for (let start = 0; start < plain.length;) {
    line++;
    const end = plain.indexOf(lineFeed, start);
    if (end < 0) throw new SnapshotUnreadable("cut_off", line, "the last line does not end, so the tail of the file is missing");
    if (end > start) records.push(readRecord(plain.subarray(start, end), line));
    start = end + 1;
  }
  return assemble(records);
}

function unpack(bytes: Uint8Array): Uint8Array {
  const max = evidenceLimits.snapshotBytesMax;
  if (bytes[0] !== gzipMagic[0] || bytes[1] !== gzipMagic[1]) {
    if (bytes.length > max) throw tooLarge();
    return bytes;
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: max });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    if (code === "Z_BUF_ERROR")
      throw new SnapshotUnreadable("cut_off", null, "the compressed data ends early, so the tail of the file is missing");
    throw new SnapshotUnreadable("garbled", null, "the compressed data is damaged");
  }
}

function tooLarge(): SnapshotUnreadable {
  return new SnapshotUnreadable("too_large", null, `it holds more than ${evidenceLimits.snapshotBytesMax} bytes`);
}

function readRecord(bytes: Uint8Array, line: number): SnapshotRecord {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new SnapshotUnreadable("garbled", line, "the line is not JSON");
  }
  const parsed = SnapshotRecord.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new SnapshotUnreadable("garbled", line, `${issue?.path.map(String).join(".") ?? ""} ${issue?.message ?? ""}`.trim());
}

function assemble(records: readonly SnapshotRecord[]): Snapshot {
  const [header, ...rest] = records;
  if (header === undefined) throw new SnapshotUnreadable("cut_off", null, "the file is empty");
  if (header.record !== "header") throw new SnapshotUnreadable("garbled", 1, "the first line must be the header");
  if (header.records !== undefined && rest.length < header.records) {
    const detail = `the header promises ${header.records} records and ${rest.length} are there, so the tail of the file is missing`;
    throw new SnapshotUnreadable("cut_off", null, detail);
  }
  return {
    header,
    entities: rest.flatMap((one) => (one.record === "entity" ? [one.entity] : [])),
    edges: rest.flatMap((one) => (one.record === "edge" ? [one.edge] : [])),
    aliases: rest.flatMap((one) => (one.record === "alias" ? [one.alias] : [])),
    answers: rest.flatMap((one) => (one.record === "answer" ? [one.answer] : [])),
  };
}

function recordsOf(snapshot: Snapshot): readonly SnapshotRecord[] {
  const sorted = <T>(items: readonly T[], key: (item: T) => string) =>
    items
      .map((item) => ({ item, key: key(item) }))
      .sort((a, b) => byCodeUnit(a.key, b.key))
      .map(({ item }) => item);
  const rest: SnapshotRecord[] = [
    ...sorted(snapshot.entities, String).map((entity) => ({ record: "entity" as const, entity })),
    ...sorted(snapshot.edges, (edge) => `${edgeId(edge)} ${canonicalJson(edge)}`).map((edge) => ({ record: "edge" as const, edge })),
    ...sorted(snapshot.aliases, canonicalJson).map((alias) => ({ record: "alias" as const, alias })),
    ...sorted(snapshot.answers, (answer) => `${answer.id} ${canonicalJson(answer)}`).map((answer) => ({
      record: "answer" as const,
      answer,
    })),
  ];
  const header: SnapshotHeader = { ...snapshot.header, records: rest.length };
  return [header, ...rest];
}

/**
 * Writes a snapshot as NDJSON: canonical JSON in canonical order, so that equal snapshots give equal bytes.
 * Throws SnapshotUnreadable `too_large` beyond `evidenceLimits.snapshotBytesMax` bytes unpacked.
 */
export function writeSnapshot(snapshot: Snapshot, options: { gzip?: boolean } = {}): Uint8Array {
  const chunks: Buffer[] = [];
  let size = 0;
  for (const record of recordsOf(snapshot)) {
    const chunk = Buffer.from(`${canonicalJson(record)}\n`, "utf8");
    size += chunk.length;
    if (size > evidenceLimits.snapshotBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  const plain = Buffer.concat(chunks, size);
  return options.gzip ? gzipSync(plain, { level: constants.Z_DEFAULT_COMPRESSION }) : plain;
}

/** Hex SHA-256 of a snapshot's plain canonical text: the same however it is compressed or ordered. */
export function snapshotHash(snapshot: Snapshot): string {
  return sha256(Buffer.from(writeSnapshot(snapshot)).toString("utf8"));
}
