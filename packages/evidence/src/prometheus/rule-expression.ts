import type { RuleData } from "@sre/contracts/evidence";
import { parser } from "@prometheus-io/lezer-promql";

type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];
type Comparison = NonNullable<RuleData["comparison"]>;

/** What an alerting rule compares with what. `left` can be drawn; `threshold` is the line it is drawn against. */
export interface RuleExpression {
  readonly left: string;
  readonly comparison: Comparison | null;
  readonly threshold: number | null;
  /** The longest range that one sample looks back, in seconds; null when there is none. */
  readonly rangeSeconds: number | null;
  readonly unit: string | null;
}

const comparisons: Readonly<Record<string, Comparison>> = {
  Gtr: ">",
  Gte: ">=",
  Lss: "<",
  Lte: "<=",
  Eqlc: "==",
  EqlC: "==",
  Eql: "==",
  EqlSingle: "==",
  Neq: "!=",
};
const flipped: Readonly<Record<Comparison, Comparison>> = { ">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!=" };
const expressionNames = new Set([
  "BinaryExpr", "ParenExpr", "UnaryExpr", "AggregateExpr", "FunctionCall", "MatrixSelector", "VectorSelector", "SubqueryExpr", "NumberDurationLiteral", "NumberLiteral", "StringLiteral", "OffsetExpr", "StepInvariantExpr",
]); // prettier-ignore
const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 };
const depthMax = 50;

/** Seconds of a Prometheus duration such as 1h30m; null when it is none. */
export function durationSeconds(text: string): number | null {
  const parts = [...text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|[smhdwy])/g)];
  if (parts.length === 0) return /^[0-9.]+$/.test(text) ? Number(text) : null;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitSeconds[unit ?? ""] ?? 0), 0);
}

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

function bare(node: SyntaxNode): SyntaxNode {
  const inner = node.name === "ParenExpr" ? children(node).find(({ name }) => expressionNames.has(name)) : undefined;
  return inner ? bare(inner) : node;
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
};

/** The number that an expression of literals comes to; null when it holds anything else. */
function constant(given: SyntaxNode, text: string, depth = 0): number | null {
  const node = bare(given);
  if (depth > depthMax) return null;
  const source = text.slice(node.from, node.to);
  if (node.name === "NumberDurationLiteral" || node.name === "NumberLiteral") {
    const value = Number(source);
    return Number.isFinite(value) ? value : durationSeconds(source);
  }
  const parts = children(node);
  if (node.name === "UnaryExpr") {
    const inner = parts.find(({ name }) => expressionNames.has(name));
    const value = inner ? constant(inner, text, depth + 1) : null;
    return value === null ? null : source.startsWith("-") ? -value : value;
  }
  const calculate = parts.map(({ name }) => arithmetic[name]).find((each) => each !== undefined);
  const [left, right] = parts.filter(({ name }) => expressionNames.has(name));
  if (node.name !== "BinaryExpr" || !calculate || !left || !right) return null;
  const [a, b] = [constant(left, text, depth + 1), constant(right, text, depth + 1)];
  return a === null || b === null ? null : calculate(a, b);
}

interface Sides {
  readonly left: SyntaxNode;
  readonly right: SyntaxNode;
  readonly comparison: Comparison;
  /** on(…), group_left(…) between the sides. */
  readonly matching: string;
}

/** The first comparison that decides: through parentheses, and into the left side of `and` and `unless`. */
function decisive(given: SyntaxNode, text: string): Sides | null {
  const node = bare(given);
  if (node.name !== "BinaryExpr") return null;
  const parts = children(node);
  const [left, right] = parts.filter(({ name }) => expressionNames.has(name));
  if (!left || !right) return null;
  if (parts.some(({ name }) => name === "And" || name === "Unless")) return decisive(left, text);
  const operator = parts.find(({ name }) => Object.hasOwn(comparisons, name));
  if (!operator) return null;
  const matching = parts.find(({ name }) => name === "MatchingModifierClause");
  return { left, right, comparison: comparisons[operator.name] ?? ">", matching: matching ? text.slice(matching.from, matching.to) : "" };
}

function longestRange(root: SyntaxNode, text: string): number | null {
  let longest = 0;
  root.cursor().iterate((node) => {
    if (node.name !== "MatrixSelector" && node.name !== "SubqueryExpr") return;
    const duration = children(node.node).find(({ name }) => name === "DurationExpr" || name === "NumberDurationLiteralInDurationContext");
    longest = Math.max(longest, duration ? (durationSeconds(text.slice(duration.from, duration.to)) ?? 0) : 0);
  });
  return longest > 0 ? longest : null;
}

function unitOfText(left: SyntaxNode, text: string): string | null {
  const node = bare(left);
  const source = text.slice(node.from, node.to);
  if (node.name === "BinaryExpr" && children(node).some(({ name }) => name === "Div"))
    return /_sum\b/.test(source) && /_seconds/.test(source) ? "s" : "1";
  if (source.startsWith("histogram_quantile") || !/\b(rate|irate|increase)\b/.test(source))
    return /_milliseconds/.test(source) ? "ms" : /_seconds/.test(source) ? "s" : /_bytes/.test(source) ? "By" : null;
  return /\b(rate|irate)\b/.test(source) ? (/_bytes/.test(source) ? "By/s" : "1/s") : null;
}

/**
 * Takes an alerting rule's expression apart by its grammar. A comparison of two vectors is drawn as their difference
 * against zero; what holds no comparison is drawn as it is. Null when it does not parse.
 */
export function readRuleExpression(text: string): RuleExpression | null {
  const tree = parser.parse(text);
  let broken = false;
  tree.iterate({ enter: (node) => void (broken ||= node.type.isError) });
  const root = children(tree.topNode).find(({ name }) => expressionNames.has(name));
  if (broken || !root) return null;
  const rangeSeconds = longestRange(root, text);
  const sides = decisive(root, text);
  if (!sides) return { left: text, comparison: null, threshold: null, rangeSeconds, unit: null };
  const { left, right, comparison, matching } = sides;
  const slice = (node: SyntaxNode) => text.slice(node.from, node.to);
  const [above, below] = [constant(right, text), constant(left, text)];
  if (above !== null) return { left: slice(left), comparison, threshold: above, rangeSeconds, unit: unitOfText(left, text) };
  if (below !== null)
    return { left: slice(right), comparison: flipped[comparison], threshold: below, rangeSeconds, unit: unitOfText(right, text) };
  return {
    left: `(${slice(left)}) - ${matching ? `${matching} ` : ""}(${slice(right)})`,
    comparison,
    threshold: 0,
    rangeSeconds,
    unit: null,
  };
}
