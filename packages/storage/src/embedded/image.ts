import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Log } from "@sre/service-kit";
import { imageName } from "./start.ts";

const buildMsMax = 120_000;
const builder = join(import.meta.dirname, "build-image.ts");

/** A folder for images that only this user can write to. */
export function temporaryImages(): string {
  const folder = join(tmpdir(), `sre-images-${process.getuid?.() ?? "user"}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** The image of an empty database kept in `folder`, made there once by a process of its own; undefined when that fails: then PGlite makes one itself. */
export async function emptyDatabaseImage(folder: string, log: Log): Promise<Blob | undefined> {
  const file = join(folder, imageName);
  try {
    if (!existsSync(file)) await promisify(execFile)(process.execPath, [builder, file], { timeout: buildMsMax, env: {} });
    return new Blob([await readFile(file)], { type: "application/gzip" });
  } catch (error) {
    log.warn({ err: error }, "no image of an empty database: making one in this process");
    return undefined;
  }
}
