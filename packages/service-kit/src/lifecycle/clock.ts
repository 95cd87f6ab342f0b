import { randomBytes } from "node:crypto";

/** The time, as an argument: `now` for what is stored, `monotonicMs` for durations (milliseconds, never steps back). */
export interface Clock {
  now(): Date;
  monotonicMs(): number;
}

export const systemClock: Clock = { now: () => new Date(), monotonicMs: () => performance.now() };

/** Makes the next identifier: a UUID. */
export type NewId = () => string;

const millisecondBytes = 6;

/** A UUID of version 7 (RFC 9562): sorts by the millisecond of its making, the rest is random. */
export const newUuid: NewId = () => {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, millisecondBytes);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};
