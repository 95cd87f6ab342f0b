import { expect, test } from "vitest";
import { EntityId, entityId, entityParts } from "./entity.ts";

test.each(["eu/shop/service/%zz", "eu/shop/service/a%00b", "eu/shop/service", "eu/shop/service/", "eu/shop/service/\ud800"])(
  "%j names nothing",
  (id) => {
    expect(EntityId.safeParse(id).success).toBe(false);
  },
);

test("every name has one spelling, and comes back from it", () => {
  const parts = { cluster: "eu", namespace: "", kind: "ingress", name: "shop/check out (1)!" };
  expect(EntityId.safeParse(entityId(parts)).success).toBe(true);
  expect(entityParts(entityId(parts))).toEqual(parts);
});

test("an id that was stored before the rule is read as it stands", () => {
  expect(entityParts("eu/shop/service/%zz").name).toBe("%zz");
});
