import { randomFillSync } from "node:crypto";

/** The time, as an argument: `now` for what is stored, `monotonicMs` for durations (milliseconds, never steps back). */
export interface Clock {
  now(): Date;
  monotonicMs(): number;
}

export const systemClock: Clock = { now: () => new Date(), monotonicMs: () => performance.now() };

/** Makes the next identifier: a UUID. */
export type NewId = () => string;

const uuidBytes = 16;
const millisecondBytes = 6;
// Randomness costs by the call, hardly by the byte.
const pool = Buffer.alloc(256 * uuidBytes);
let used = pool.length;

/** A UUID of version 7 (RFC 9562): sorts by the millisecond of its making, the rest is random. */
export const newUuid: NewId = () => {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, (used += uuidBytes));
  bytes.writeUIntBE(Date.now(), 0, millisecondBytes);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
