import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TimelineEntry } from "@sre/contracts/control-plane";
import type { ChangeRecord } from "@sre/contracts/evidence";
import { testDatabases } from "@sre/testkit";
import { openHarness, otherTeamId, type Caller, type Harness } from "../testing/harness.ts";
import { sampleAlert } from "../testing/sample-alert.ts";

const deployment = {
  id: "deploy-1",
  entity: "eu-1/shop/deployment/checkout",
  kind: "deployment",
  title: "checkout 4.7.1",
  started_at: "2026-11-24T09:58:00.000Z",
  from: "4.7.0",
  to: "4.7.1",
  by: "Ada",
};

describe.each(testDatabases)("changes on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const list = async (query: string): Promise<ChangeRecord[]> => (await call(`/api/v1/changes?${query}`)).body["items"];

  test("a change sent again updates the one that is there", async () => {
    expect((await call("/api/v1/changes", { body: { ...deployment, state: "started" } })).status).toBe(201);
    const again = await call("/api/v1/changes", { body: { ...deployment, ended_at: "2026-11-24T09:59:00.000Z" } });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({
      id: "deploy-1",
      state: "succeeded",
      ended_at: "2026-11-24T09:59:00.000Z",
      from: "4.7.0",
      to: "4.7.1",
      origin: "api",
    });
    expect(await list("entity=eu-1/shop/deployment/checkout")).toHaveLength(1);
  });

  test.each(["0020-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])(
    "a time that no clock says, such as %s, is refused with its field",
    async (time) => {
      for (const field of ["started_at", "ended_at"]) {
        const refused = await call("/api/v1/changes", { body: { ...deployment, id: "never", [field]: time } });
        expect([refused.status, refused.body["field"]]).toEqual([400, field]);
      }
    },
  );

  test("two teams may use the same id for their own changes", async () => {
    const theirs = await harness.as({ teamId: otherTeamId });
    expect((await theirs("/api/v1/changes", { body: { ...deployment, title: "theirs" } })).status).toBe(201);
    expect((await list("entity=eu-1/shop/deployment/checkout")).map(({ title }) => title)).toEqual(["checkout 4.7.1"]);
  });

  test("are found by what changed and by what they touch, in a window that ends before its end", async () => {
    const body = {
      ...deployment,
      id: "config-1",
      kind: "config",
      entity: "eu-1/shop/config/limits",
      touches: ["eu-1/shop/service/cart"],
      started_at: "2026-11-24T08:00:00.000Z",
    };
    await call("/api/v1/changes", { body });
    expect((await list("entity=eu-1/shop/service/cart")).map(({ id }) => id)).toEqual(["config-1"]);
    expect(await list("entity=eu-1/shop/service/cart&from=2026-11-24T08:00:00Z&to=2026-11-24T08:00:01Z")).toHaveLength(1);
    expect(await list("entity=eu-1/shop/service/cart&from=2026-11-24T07:00:00Z&to=2026-11-24T08:00:00Z")).toEqual([]);
  });

  test("pages neither repeat nor skip changes that started at the same moment", async () => {
    for (const id of ["p1", "p2", "p3"])
      await call("/api/v1/changes", {
        body: { ...deployment, id, entity: "eu-1/shop/deployment/paged", started_at: "2026-11-24T07:00:00.000Z" },
      });
    const first = (await call("/api/v1/changes?entity=eu-1/shop/deployment/paged&limit=2")).body as {
      items: ChangeRecord[];
      next_cursor: string;
    };
    const second = (await call(`/api/v1/changes?entity=eu-1/shop/deployment/paged&limit=2&cursor=${first.next_cursor}`)).body as {
      items: ChangeRecord[];
      next_cursor: null;
    };
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(["p3", "p2", "p1"]);
    expect(second.next_cursor).toBeNull();
  });

  test("stand once on the timeline of the open incidents that they concern, and of no other", async () => {
    const { incident_ids: ids } = await harness.send([
      sampleAlert({ fingerprint: "a1", labels: { service: "pay" } }),
      sampleAlert({ fingerprint: "a2", labels: { service: "ship" } }),
    ]);
    const body = { ...deployment, id: "deploy-pay", entity: "eu-1/shop/deployment/pay", title: "pay 2" };
    await call("/api/v1/changes", { body });
    await call("/api/v1/changes", { body });
    const entries = await Promise.all(
      ids.map(async (id) => (await call(`/api/v1/incidents/${id}/timeline`)).body["items"] as TimelineEntry[]),
    );
    const changes = entries.map((all) => all.filter(({ kind }) => kind === "change").map(({ refers_to: change }) => change));
    expect(changes).toEqual([["deploy-pay"], []]);
  });

  test("an address that is no web address is refused", async () => {
    expect((await call("/api/v1/changes", { body: { ...deployment, id: "bad", url: "javascript:alert(1)" } })).status).toBe(400);
  });
});
