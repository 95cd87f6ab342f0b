import { gunzipSync, gzipSync } from "node:zlib";

/** Most bytes that one stored value may unpack to: a result or one chunk of evidence. */
const unpackedBytesMax = 64 * 1024 * 1024;
const compressionLevel = 6;

/** A value as compressed JSON: how requests, results and evidence are stored. */
export function packJson(value: unknown): Buffer {
  return gzipSync(JSON.stringify(value), { level: compressionLevel });
}

/** The value that `packJson` packed; its shape is the caller's to know, because only this service writes it. */
export function unpackJson<T>(bytes: Uint8Array): T {
  return JSON.parse(gunzipSync(bytes, { maxOutputLength: unpackedBytesMax }).toString("utf8")) as T;
}
