export { readSnapshot, SnapshotUnreadable, snapshotHash, writeSnapshot } from "./format.ts";
export { snapshotSource, snapshotSources } from "./source.ts";
