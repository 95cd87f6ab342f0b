import fc from "fast-check";
import { parser } from "@prometheus-io/lezer-promql";
import { expect, test } from "vitest";
import { aggregate, binary, call, literal, oneOf, relabel, renderPromQL, select } from "./promql.ts";

function parses(text: string): boolean {
  let good = true;
  parser.parse(text).iterate({ enter: (node) => void (good &&= !node.type.isError) });
  return good;
}

test("any label value stays one value", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      const text = renderPromQL(
        aggregate("sum", ["a"], call("rate", select("m", [oneOf("a", [value, "b"], true), { label: "c", op: "=", value }], 60))),
      );
      expect(parses(text)).toBe(true);
      const names: string[] = [];
      parser.parse(text).iterate({ enter: ({ name }) => void names.push(name) });
      expect(names.filter((name) => name === "StringLiteral")).toHaveLength(2);
      expect(names.filter((name) => name === "VectorSelector")).toHaveLength(1);
    }),
  );
});

test("a literal matches itself and nothing else", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, other) => {
      const pattern = new RegExp(`^(?:${literal(value)})$`);
      expect(pattern.test(value)).toBe(true);
      if (other !== value) expect(pattern.test(other)).toBe(false);
    }),
  );
});

test("operands keep their own parentheses", () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => select(name, [])) as [
    ReturnType<typeof select>,
    ReturnType<typeof select>,
    ReturnType<typeof select>,
  ];
  expect(renderPromQL(binary(binary(a, "or", b), "/", c))).toBe("(a or b) / c");
  expect(renderPromQL(relabel(a, { to: "x", from: "y", pattern: "(.*)" }))).toBe('label_replace(a, "x", "$1", "y", "(.*)")');
  expect(renderPromQL(select("http.requests", []))).toBe('{__name__="http.requests"}');
});
