import type { Edge } from "@sre/contracts/evidence";
import { expect, test } from "vitest";
import { layered, nodesMax, wayBetween } from "./layout.ts";

const edge = (from: string, to: string): Edge => ({ from, to, kind: "calls", origin: "test" });
const diamond = [edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d")];

test("a callee stands right of every caller", () => {
  const column = new Map(layered(diamond, ["d"]).nodes.map((node) => [node.id, node.column]));
  expect([column.get("a"), column.get("b"), column.get("c"), column.get("d")]).toEqual([0, 1, 1, 2]);
});

test("no two objects share a place", () => {
  const places = layered(diamond, ["a"]).nodes.map((node) => `${node.column}/${node.row}`);
  expect(new Set(places).size).toBe(places.length);
});

test("a circle is drawn rather than followed for ever", () => {
  expect(layered([edge("a", "b"), edge("b", "a"), edge("a", "a")], ["a"]).nodes).toHaveLength(2);
});

test("too many objects are left out and counted", () => {
  const star = Array.from({ length: 60 }, (_, index) => edge("hub", `leaf-${index}`));
  expect(layered(star, ["hub"])).toMatchObject({ hidden: 61 - nodesMax });
});

test("a way is found against the direction of edges, and none where there is none", () => {
  expect(wayBetween(diamond, "d", "a")).toEqual(["d", "b", "a"]);
  expect(wayBetween(diamond, "a", "x")).toEqual([]);
});
