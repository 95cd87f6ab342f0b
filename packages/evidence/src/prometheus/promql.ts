/*
 * PromQL as a structure, rendered in one place, so that no value from outside ever becomes syntax.
 */

export interface Matcher {
  readonly label: string;
  readonly op: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

export type Expr =
  | { readonly is: "number"; readonly value: number }
  | { readonly is: "text"; readonly value: string }
  | { readonly is: "select"; readonly metric: string; readonly matchers: readonly Matcher[]; readonly rangeSeconds?: number }
  | { readonly is: "call"; readonly name: string; readonly args: readonly Expr[] }
  | {
      readonly is: "aggregate";
      readonly name: "sum" | "max" | "min" | "avg" | "count" | "quantile";
      readonly by: readonly string[];
      readonly of: Expr;
      readonly parameter?: number;
    }
  | { readonly is: "binary"; readonly op: "/" | "*" | "-" | "+" | ">" | "or"; readonly left: Expr; readonly right: Expr };

const plainMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const plainLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Whether a label can be written without quotes; others are not used. */
export const isPlainLabel = (label: string): boolean => plainLabel.test(label);

/** A string literal of PromQL and LogQL. */
export function quoted(value: string): string {
  const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `"${escaped.replaceAll("\0", "\uFFFD")}"`;
}

/** A text as an RE2 expression that matches itself. */
export function literal(value: string): string {
  return value.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** A matcher for one of the values; with `orAbsent` also for series without the label. */
export function oneOf(label: string, values: readonly string[], orAbsent = false): Matcher {
  const distinct = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
  const [only] = distinct;
  if (distinct.length === 1 && only !== undefined && !orAbsent) return { label, op: "=", value: only };
  return { label, op: "=~", value: [...distinct.map(literal), ...(orAbsent ? [""] : [])].join("|") };
}

function matcherText({ label, op, value }: Matcher): string {
  return `${plainLabel.test(label) ? label : quoted(label)}${op}${quoted(value)}`;
}

function selection(metric: string, matchers: readonly Matcher[]): string {
  const plain = plainMetric.test(metric);
  const inside = [...(plain ? [] : [`__name__=${quoted(metric)}`]), ...matchers.map(matcherText)];
  return `${plain ? metric : ""}${inside.length > 0 ? `{${inside.join(",")}}` : ""}`;
}

function numberText(value: number): string {
  return Number.isNaN(value) ? "NaN" : value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value);
}

const inParentheses = (expr: Expr) => (expr.is === "binary" ? `(${renderPromQL(expr)})` : renderPromQL(expr));

/** The text of an expression. */
export function renderPromQL(expr: Expr): string {
  switch (expr.is) {
    case "number":
      return numberText(expr.value);
    case "text":
      return quoted(expr.value);
    case "select":
      return `${selection(expr.metric, expr.matchers)}${expr.rangeSeconds === undefined ? "" : `[${expr.rangeSeconds}s]`}`;
    case "call":
      return `${expr.name}(${expr.args.map(renderPromQL).join(", ")})`;
    case "aggregate": {
      const parameter = expr.parameter === undefined ? "" : `${numberText(expr.parameter)}, `;
      return `${expr.name}${expr.by.length > 0 ? ` by (${expr.by.join(", ")}) ` : ""}(${parameter}${renderPromQL(expr.of)})`;
    }
    case "binary":
      return `${inParentheses(expr.left)} ${expr.op} ${inParentheses(expr.right)}`;
  }
}

export const number = (value: number): Expr => ({ is: "number", value });
export const call = (name: string, ...args: Expr[]): Expr => ({ is: "call", name, args });
export const binary = (left: Expr, op: Extract<Expr, { is: "binary" }>["op"], right: Expr): Expr => ({ is: "binary", op, left, right });
export const select = (metric: string, matchers: readonly Matcher[], rangeSeconds?: number): Expr => ({
  is: "select",
  metric,
  matchers,
  ...(rangeSeconds === undefined ? {} : { rangeSeconds }),
});
export const aggregate = (name: Extract<Expr, { is: "aggregate" }>["name"], by: readonly string[], of: Expr): Expr => ({
  is: "aggregate",
  name,
  by,
  of,
});

/** `label_replace`: writes what the expression finds in `from` into the label `to`. */
export function relabel(of: Expr, { to, from, pattern }: { readonly to: string; readonly from: string; readonly pattern: string }): Expr {
  const text = (value: string): Expr => ({ is: "text", value });
  return call("label_replace", of, text(to), text("$1"), text(from), text(pattern));
}
