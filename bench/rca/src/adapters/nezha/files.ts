import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { byCodeUnit } from "@sre/contracts/canonical";

/** The files of one collector minute; their name is the minute in which it ended, in UTC. */
export interface MinuteFiles {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly trace: string | null;
  readonly log: string | null;
}

/** One day of a data set: a normal stretch, the windows of its cases, and the metrics of each pod. */
export interface Day {
  readonly set: string;
  readonly date: string;
  readonly normal: readonly MinuteFiles[];
  readonly cases: readonly (readonly MinuteFiles[])[];
  readonly metrics: readonly string[];
}

/** Bounds of what is read. */
const fileBytesMax = 64 * 1024 * 1024;
const depthMax = 4;
const windowMinutesMax = 3;

const msPerMinute = 60_000;

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort(byCodeUnit);
  } catch {
    return [];
  }
}

/** The text of a file. Throws RangeError when it is larger than 64 MiB. */
export async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > fileBytesMax) throw new RangeError(`${basename(path)} holds ${size} bytes, more than ${fileBytesMax}`);
  return readFile(path, "utf8");
}

async function minutesIn(folder: string, date: string): Promise<MinuteFiles[]> {
  const found = new Map<number, { trace: string | null; log: string | null }>();
  for (const kind of ["trace", "log"] as const) {
    for (const name of await namesIn(join(folder, kind))) {
      const time = new RegExp(`^(\\d\\d)_(\\d\\d)_${kind}\\.csv$`).exec(name);
      if (time === null) continue;
      const minute = Date.parse(`${date}T${time[1]}:${time[2]}:00.000Z`) / msPerMinute;
      const files = found.get(minute) ?? { trace: null, log: null };
      files[kind] = join(folder, kind, name);
      found.set(minute, files);
    }
  }
  return [...found].map(([minute, files]) => ({ minute, ...files })).sort((a, b) => a.minute - b.minute);
}

/** Consecutive minutes belong to one case, three at the most. */
function casesOf<M extends { readonly minute: number }>(minutes: readonly M[]): M[][] {
  const cases: M[][] = [];
  for (const each of minutes) {
    const open = cases.at(-1);
    const follows = open !== undefined && open.length < windowMinutesMax && open.at(-1)?.minute === each.minute - 1;
    if (follows) open.push(each);
    else cases.push([each]);
  }
  return cases;
}

async function dayIn(folder: string): Promise<Day | null> {
  const date = basename(folder);
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return null;
  const windows = await minutesIn(join(folder, "windows"), date);
  const metricNames = await Promise.all(
    ["normal", "windows"].map(async (part) => {
      const names = await namesIn(join(folder, part, "metric"));
      return names.filter((name) => name.endsWith("_metric.csv")).map((name) => [name, join(folder, part, "metric", name)] as const);
    }),
  );
  if (windows.length === 0) return null;
  // Both parts hold the whole day of each pod; one copy of it is read.
  const metrics = [...new Map(metricNames.flat()).values()];
  const normal = await minutesIn(join(folder, "normal"), date);
  return { set: basename(dirname(folder)), date, normal, cases: casesOf(windows), metrics };
}

/** The days of this format at or below a directory, four levels deep at the most. */
export async function daysBelow(directory: string, depth = 0): Promise<Day[]> {
  const day = await dayIn(directory);
  if (day !== null) return [day];
  if (depth >= depthMax) return [];
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort(byCodeUnit); // prettier-ignore
  const days: Day[] = [];
  for (const name of folders) days.push(...(await daysBelow(join(directory, name), depth + 1)));
  return days;
}
