/** The cells of a record by the names in the header line; absent columns read as empty. */
export type Record = (column: string) => string;

interface Scan {
  readonly cells: string[];
  /** Where the next record begins. */
  readonly next: number;
}

// A quoted cell may hold commas, line breaks and doubled quotes (RFC 4180).
function quotedCell(text: string, from: number): { cell: string; end: number } {
  let end = text.indexOf('"', from + 1);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  const stop = end < 0 ? text.length : end;
  return { cell: text.slice(from + 1, stop).replaceAll('""', '"'), end: stop + 1 };
}

function scanQuoted(text: string, from: number): Scan {
  const cells: string[] = [];
  let at = from;
  while (at <= text.length) {
    let cell = "";
    if (text[at] === '"') ({ cell, end: at } = quotedCell(text, at));
    else {
      const start = at;
      while (at < text.length && text[at] !== "," && text[at] !== "\n") at++;
      cell = text.slice(start, at).replace(/\r$/, "");
    }
    cells.push(cell);
    while (at < text.length && text[at] !== "," && text[at] !== "\n") at++;
    if (text[at] !== ",") break;
    at++;
  }
  return { cells, next: at + 1 };
}

function scan(text: string, from: number): Scan {
  const end = text.indexOf("\n", from);
  const stop = end < 0 ? text.length : end;
  const line = text.slice(from, stop);
  return line.includes('"') ? scanQuoted(text, from) : { cells: line.replace(/\r$/, "").split(","), next: stop + 1 };
}

/** The records below the header line of a CSV text, one at a time; a byte-order mark and blank lines are skipped. */
export function* csvRecords(text: string): Generator<Record> {
  const head = scan(text, text.startsWith("\uFEFF") ? 1 : 0);
  const columns = new Map(head.cells.map((name, index) => [name, index]));
  for (let at = head.next; at < text.length;) {
    const { cells, next } = scan(text, at);
    at = next;
    if (cells.length > 1) yield (column) => cells[columns.get(column) ?? -1] ?? "";
  }
}

/** One line of CSV: cells with a comma, a quote or a line break are quoted. */
export function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(",")}\n`;
}
