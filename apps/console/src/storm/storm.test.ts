import { expect, test } from "vitest";
import { readStormSearch } from "../app/search.ts";
import { becameText, keepOrder } from "./storm-model.ts";

const idOf = (item: { id: string }) => item.id;
const items = (...ids: string[]) => ids.map((id) => ({ id }));

test("rows keep the place in which they are read, and new ones come after them in their own order", () => {
  expect(keepOrder(["b", "a"], items("n1", "a", "n2", "b"), idOf).map(idOf)).toEqual(["b", "a", "n1", "n2"]);
});

test("what is first shown keeps the order in which it came, and what is gone leaves no gap", () => {
  expect(keepOrder([], items("c", "a"), idOf).map(idOf)).toEqual(["c", "a"]);
  expect(keepOrder(["x", "c"], items("a", "c"), idOf).map(idOf)).toEqual(["c", "a"]);
});

test("the sentence says how many became how many, and of none that none did", () => {
  const t = ((key: string, values: object) => `${key} ${JSON.stringify(values)}`) as unknown as Parameters<typeof becameText>[1];
  expect(becameText({ alerts: 3, incidents: 1 }, t)).toContain("storm.became");
  expect(becameText({ alerts: 3, incidents: 0 }, t)).toContain("storm.inNone");
});

test.each([
  [{ minutes: "15" }, { minutes: 15 }],
  [{ minutes: 360 }, { minutes: 360 }],
  [{ minutes: "60" }, {}],
  [{ minutes: "7" }, {}],
  [{ minutes: ["15", "360"] }, {}],
])("an address %j says %j", (search, read) => {
  expect(readStormSearch(search)).toEqual(read);
});
