import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { evidenceId } from "@sre/contracts/canonical";
import { evidenceLimits, type Answer, type Question } from "@sre/contracts/evidence";
import { readSnapshot, snapshotSource, unanswered, type EvidenceSource } from "@sre/evidence";

/** One name of a folder or file: no separator, no leading dot, so that it cannot leave the directory. */
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
export const snapshotSourceName = "snapshot";

/** The recorded snapshots that a session may be answered from. */
export interface SnapshotFiles {
  /** Whether there is one of this name. */
  has(name: string): Promise<boolean>;
  /** The source that answers from it; a file that cannot be read answers `garbled` to everything, which is a stated gap. */
  open(name: string): Promise<EvidenceSource>;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size <= evidenceLimits.snapshotBytesMax,
    () => false,
  );
}

/** The file of a snapshot: its own folder's `snapshot.ndjson`, or a file of that name; null when there is none. */
async function fileOf(directory: string, name: string): Promise<string | null> {
  if (!safeName.test(name)) return null;
  const candidates = [
    join(name, "snapshot.ndjson"),
    join(name, "snapshot.ndjson.gz"),
    `${name}.ndjson`,
    `${name}.ndjson.gz`,
    ...(/\.ndjson(\.gz)?$/.test(name) ? [name] : []),
  ];
  for (const candidate of candidates) if (await isFile(join(directory, candidate))) return join(directory, candidate);
  return null;
}

// One name for all that a snapshot says: a recorded answer of the control plane must not be taken for that of the control plane asked now.
function renamed(answer: Answer): Answer {
  return { ...answer, source: snapshotSourceName, id: evidenceId(answer.question, snapshotSourceName) };
}

const still = {
  name: snapshotSourceName,
  kind: "snapshot" as const,
  cluster: null,
  breakerState: () => "closed" as const,
  close: () => Promise.resolve(),
  answers: () => true,
};

function unreadable(detail: string): EvidenceSource {
  const answer = (question: Question) => unanswered({ question, source: snapshotSourceName, asked: [], because: "garbled", detail });
  return { ...still, ask: (question) => Promise.resolve(answer(question)) };
}

/** The snapshots under a directory; without one there are none. */
export function openSnapshotFiles(directory: string | null): SnapshotFiles {
  const find = async (name: string) => (directory === null ? null : fileOf(directory, name));
  return {
    has: async (name) => (await find(name)) !== null,
    async open(name) {
      const path = await find(name);
      if (path === null) return unreadable(`the snapshot ${name} is not there any more`);
      try {
        const source = snapshotSource(readSnapshot(await readFile(path)));
        return { ...still, ask: async (question, context) => renamed(await source.ask(question, context)) };
      } catch (error) {
        return unreadable(error instanceof Error ? error.message : "the snapshot cannot be read");
      }
    },
  };
}
