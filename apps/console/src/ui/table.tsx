import type { ReactNode } from "react";
import "./table.css";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  readonly number?: boolean;
  /** Takes what width is left. */
  readonly wide?: boolean;
}

/** A plain table; on a phone each row becomes a block with its titles beside the values. */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row, index: number) => string;
}) {
  return (
    <table className="table" role="table">
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr role="row">
          {columns.map((column) => (
            <th key={column.title} scope="col" role="columnheader" className={column.number ? "table-number" : ""}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr role="row" key={keyOf(row, index)}>
            {columns.map((column) => (
              <td
                key={column.title}
                role="cell"
                data-title={column.title}
                className={[column.number ? "table-number" : "", column.wide ? "table-wide" : ""].join(" ")}
              >
                <div>{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
