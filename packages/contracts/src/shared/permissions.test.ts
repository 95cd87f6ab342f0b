import { expect, test } from "vitest";
import { controlPlaneOperations } from "../control-plane/index.ts";
import { controlPlanePermissions } from "../control-plane/permissions.ts";
import { openApiDocument } from "./openapi.ts";
import type { Operation } from "./operation.ts";
import { withPermissions } from "./permissions.ts";
import { reachOf } from "./roles.ts";

const operation = { method: "GET", path: "/x", summary: "", tag: "x", scope: "x:read", responses: { 204: null }, problems: [] } as const;
const asksWho = { ...operation, authentication: "principal" } as const;
const forSenders = { ...operation, authentication: "ingest", scope: null } as const;

test("an operation without a row does not compile, and is left to nobody", () => {
  // @ts-expect-error -- the row of `getX` is missing
  const { getX }: { getX: Operation } = withPermissions({ getX: asksWho }, {});
  expect(reachOf(getX.permission, new Set(["super-admin"]))).toBeNull();
});

test("a row gives nobody an operation whose credential is another's", () => {
  // @ts-expect-error -- people have no key of a sender
  withPermissions({ sendX: forSenders }, { sendX: { viewer: "own" } });
  // @ts-expect-error -- a sender's key is no token
  withPermissions({ getX: asksWho }, { getX: { "ingest-key": "own" } });
  expect(withPermissions({ sendX: forSenders }, { sendX: { "ingest-key": "own" } }).sendX).toHaveProperty("permission");
});

test("the widest of several roles counts", () => {
  expect(reachOf({ viewer: "own", auditor: "all" }, new Set(["viewer", "auditor"]))).toBe("all");
  expect(reachOf({ viewer: "own", auditor: "all" }, new Set(["viewer"]))).toBe("own");
  expect(reachOf({ viewer: "own", auditor: "all" }, new Set(["responder"]))).toBeNull();
  expect(reachOf({ everyone: "own" }, new Set())).toBe("own");
});

test("the API's document tells scope, roles and the team's header of each operation", () => {
  const { paths = {} } = openApiDocument("x", "1", controlPlaneOperations);
  const list = paths["/api/v1/incidents"]?.get;
  expect(list).toMatchObject({
    security: [{ bearer: ["incidents:read"] }, { session: ["incidents:read"] }],
    "x-roles": controlPlanePermissions.listIncidents,
    parameters: expect.arrayContaining([expect.objectContaining({ in: "header", name: "x-team-id" })]),
  });
  expect(paths["/api/v1/webhooks/alertmanager"]?.post).toMatchObject({ "x-roles": { "ingest-key": "own" } });
});
