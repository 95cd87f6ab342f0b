import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Answered, DataOf, Snapshot } from "@sre/contracts/evidence";

/** Files in a directory of their own; the returned function removes it. */
export function writeFiles(files: Readonly<Record<string, string>>): { directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), "rca-fixture-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** The one series answer of a snapshot for a signal and statistic. */
export function seriesOf(snapshot: Snapshot, signal: object, statistic: string): DataOf<"series"> {
  const found = snapshot.answers.filter((answer): answer is Answered => {
    const { question } = answer;
    return answer.kind === "answered" && question.about === "series" && JSON.stringify(question.signal) === JSON.stringify(signal);
  });
  const data = found.map((answer) => answer.data).filter((each): each is DataOf<"series"> => each.about === "series");
  const [only, ...others] = data.filter((each) => each.statistic === statistic);
  if (only === undefined || others.length > 0) throw new Error(`${data.length} answers about ${JSON.stringify(signal)} ${statistic}`);
  return only;
}

/** The instant of the newest sample of a series. */
export function newest(data: DataOf<"series">): number {
  const length = Math.max(...data.rows.map(({ values }) => values.length));
  return Date.parse(data.start) + (length - 1) * data.step_ms;
}
