export { readSnapshot, SnapshotUnreadable, snapshotHash, writeSnapshot, type SnapshotFault } from "./format.ts";
export { snapshotSource, snapshotSources } from "./source.ts";
