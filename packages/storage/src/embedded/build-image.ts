import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { lockFile } from "./lock.ts";
import { startPglite } from "./start.ts";

/**
 * A program: writes the image of a freshly made database to the file named by its argument, unless it exists.
 * Making one takes 700 MB for a moment, which a process of its own gives back.
 */
const lockWaitMs = 60_000;

const [file] = process.argv.slice(2);
if (!file) throw new Error("The file to write must be named.");
mkdirSync(dirname(file), { recursive: true });
const lock = await lockFile(`${file}.lock`, lockWaitMs);
if (!lock) throw new Error("Another process is making the image and does not end.");
if (!existsSync(file)) {
  const database = await startPglite({});
  const image = await database.dumpDataDir("gzip");
  writeFileSync(`${file}.part`, Buffer.from(await image.arrayBuffer()));
  renameSync(`${file}.part`, file);
  await database.close();
}
lock.close();
