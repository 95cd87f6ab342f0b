import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Resource, Topology } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import { openHarness, otherTeamId, type Caller, type Harness } from "../testing/harness.ts";
import { sampleAlert } from "../testing/sample-alert.ts";

const service = (name: string) => `eu-1/shop/service/${name}`;
const calls = (from: string, to: string) => ({ from: service(from), to: service(to), kind: "calls" });

describe.each(testDatabases)("topology on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "topology-"));
    const file = join(directory, "topology.json");
    await writeFile(
      file,
      JSON.stringify({
        origin: "file",
        resources: [{ entity: service("from-file"), group: "files" }],
        edges: [calls("from-file", "basket")],
      }),
    );
    harness = await openHarness(database, { env: { TOPOLOGY_FILE: file, GROUPING_TOPOLOGY_STEPS: "2" } });
    call = await harness.as();
    const edges = [
      calls("storefront", "basket"),
      calls("gateway", "basket"),
      calls("basket", "orders"),
      calls("orders", "ledger"),
      calls("ledger", "storefront"),
    ];
    await call("/api/v1/topology", {
      method: "PUT",
      body: {
        resources: [
          { entity: service("basket"), group: "shop" },
          { entity: service("orders"), group: "shop" },
        ],
        edges,
      },
    });
  });
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const around = async (of: string, depth: number): Promise<Topology> => (await call(`/api/v1/topology?of=${of}&depth=${depth}`)).body;

  test("is walked in both directions up to the depth, also in circles", async () => {
    const near = await around(service("orders"), 1);
    expect(near.entities.slice().sort()).toEqual([service("basket"), service("ledger"), service("orders")]);
    expect(near.edges).toHaveLength(2);
    const far = await around(service("orders"), 4);
    expect(far.entities).toHaveLength(6);
    expect(far.edges).toHaveLength(6);
    expect(far.edges[0]).toMatchObject({ origin: expect.stringMatching(/declared|file/), seen_at: expect.any(String) });
  });

  test("holds what a file declares at every start", async () => {
    const resources = (await call("/api/v1/resources?group=files")).body["items"] as Resource[];
    expect(resources).toMatchObject([{ entity: service("from-file"), origin: "file" }]);
  });

  test("another declaration of an origin replaces its own and leaves the others'", async () => {
    const declare = (names: string[]) =>
      call("/api/v1/topology", {
        method: "PUT",
        body: { origin: "mesh", resources: names.map((name) => ({ entity: service(name) })), edges: [] },
      });
    expect((await declare(["mesh-1", "mesh-2"])).body).toEqual({ resources: 2, edges: 0 });
    expect((await declare(["mesh-2"])).body).toEqual({ resources: 1, edges: 0 });
    const found = (await call("/api/v1/resources?search=mesh-")).body["items"] as Resource[];
    expect(found.map(({ entity }) => entity)).toEqual([service("mesh-2")]);
    expect((await call("/api/v1/resource-groups")).body).toEqual({
      items: [
        { name: "files", resources: 1 },
        { name: "shop", resources: 2 },
      ],
    });
  });

  test("resources are paged in the order of their names", async () => {
    const first = (await call("/api/v1/resources?group=shop&limit=1")).body as { items: Resource[]; next_cursor: string };
    const second = (await call(`/api/v1/resources?group=shop&limit=1&cursor=${first.next_cursor}`)).body as {
      items: Resource[];
      next_cursor: string | null;
    };
    expect([...first.items, ...second.items].map(({ entity }) => entity)).toEqual([service("basket"), service("orders")]);
    expect(second.next_cursor).toBeNull();
  });

  test("is each team's own", async () => {
    const theirs = await harness.as({ teamId: otherTeamId });
    expect(((await theirs(`/api/v1/topology?of=${service("orders")}`)).body as Topology).entities).toEqual([service("orders")]);
  });

  test("joins alerts of services that are few calls apart, where the operator switched that on", async () => {
    const of = (fingerprint: string, name: string) => sampleAlert({ fingerprint, labels: { service: name } });
    const { incident_ids: together } = await harness.send([of("a1", "storefront"), of("a2", "gateway"), of("a3", "orders")]);
    const elsewhere = { service: "elsewhere", namespace: "warehouse" };
    const { incident_ids: apart } = await harness.send([sampleAlert({ fingerprint: "a4", labels: elsewhere })]);
    expect(together).toHaveLength(1);
    expect(apart).not.toEqual(together);
  });
});
