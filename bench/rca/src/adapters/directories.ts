import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { byCodeUnit } from "@sre/contracts/canonical";

/** How far below the given directory a data set may lie. */
const depthMax = 4;

async function foldersOf(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.sort(byCodeUnit).map((name) => join(directory, name));
}

/**
 * The directories, the given one among them, that hold a folder `cases`, in order of their paths. Nothing below `cases` is
 * searched.
 */
export async function directoriesWithCases(directory: string, depth = depthMax): Promise<string[]> {
  const folders = await foldersOf(directory);
  if (folders.includes(join(directory, "cases"))) return [directory];
  if (depth === 0) return [];
  const below = await Promise.all(folders.map((folder) => directoriesWithCases(folder, depth - 1)));
  return below.flat();
}

/** The folders of a data set's cases that hold all of the named files. */
export async function caseFolders(directory: string, files: readonly string[]): Promise<string[]> {
  const folders = await foldersOf(join(directory, "cases"));
  const complete = await Promise.all(folders.map((folder) => holds(folder, files)));
  return folders.filter((_, index) => complete[index]);
}

/** Whether a directory holds all of the named files. */
export async function holds(directory: string, files: readonly string[]): Promise<boolean> {
  const present = new Set(await readdir(directory));
  return files.every((file) => present.has(file));
}

/** A JSON file as the caller's schema reads it. Throws what the schema throws. */
export async function readJson<T>(path: string, schema: { parse(value: unknown): T }): Promise<T> {
  return schema.parse(JSON.parse(await readFile(path, "utf8")));
}
