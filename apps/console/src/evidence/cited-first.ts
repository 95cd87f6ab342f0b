/** Most rows listed of one answer. */
export const rowsMax = 50;

/** The rows cited come first; the rest follows in its order. */
export function citedFirst<Row>(rows: readonly Row[], isCited: (row: Row) => boolean): Row[] {
  return [...rows.filter(isCited), ...rows.filter((row) => !isCited(row))].slice(0, rowsMax);
}
