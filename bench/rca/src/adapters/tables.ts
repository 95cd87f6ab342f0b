import { readFile } from "node:fs/promises";

/** The rows of one CSV file as text; a byte-order mark and empty lines are dropped. Fields may be quoted. */
export async function readTable(path: string): Promise<string[][]> {
  return tableOf(await readFile(path, "utf8"));
}

/** The rows of a CSV text. */
export function tableOf(text: string): string[][] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  return lines.filter((line) => line !== "").map(fieldsOf);
}

function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "");
}

/** A cell as a number; null where it holds none. */
export function numberOf(cell: string | undefined): number | null {
  if (cell === undefined || cell.trim() === "") return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}
