import fc from "fast-check";
import { expect, test } from "vitest";
import { renderLogQL, renderSelector, renderTraced } from "./logql.ts";

/** What stands outside of the literals of a query, and what the literals say; null where one does not end. */
function readBack(text: string): { outside: string; literals: string[] } | null {
  const literals: string[] = [];
  const outside = text.replaceAll(/"((?:[^"\\\n]|\\.)*)"/g, (_, inside: string) => {
    literals.push(inside.replaceAll(/\\(.)/g, (_all, sign: string) => ({ n: "\n", r: "\r" })[sign] ?? sign));
    return "_";
  });
  return outside.includes('"') ? null : { outside, literals };
}

test("any label value stays one value of LogQL, whatever is smuggled in it", () => {
  const smuggled = ['x"} |~ ".*" | line_format "{{.secret}}', 'x" or pod=~".+', "`} | json", "\\", '\\"', "a\nb", "} [5m]"];
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...smuggled), fc.string({ unit: "binary" })), (value) => {
      const matchers = [{ label: "namespace", op: "=", value }, { label: "pod", op: "=", value: "b" }] as const; // prettier-ignore
      const queries = [renderSelector(matchers), renderLogQL({ matchers, levels: ["error"] }), renderTraced({ matchers, named: "text", halvings: 1 })]; // prettier-ignore
      for (const query of queries) {
        const read = readBack(query);
        expect(read?.literals.slice(0, 2)).toEqual([value.replaceAll("\0", "\uFFFD"), "b"]);
        expect(read?.outside).toMatch(/^\{namespace=_, pod=_\}( \| detected_level=~_| \|~ _)?$/);
      }
    }),
  );
});
