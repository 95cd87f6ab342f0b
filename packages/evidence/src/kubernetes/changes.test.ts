import { Answer, type Question } from "@sre/contracts/evidence";
import { startFakeHttp } from "@sre/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import {
  before as iso,
  changesOf,
  containerOf,
  context,
  dataOf,
  denied,
  deployment,
  event,
  eventsIn,
  idIn as id,
  minutesAgo,
  now,
  openCluster,
  replicaSets,
  service,
  serving,
  shopNamespace as shop,
  window,
  type Lists,
  warmUp,
} from "./testing/cluster.ts";

beforeAll(warmUp);

async function ask(question: Question, lists: Lists = {}): Promise<Answer> {
  await using cluster = openCluster(await startFakeHttp(serving(lists)));
  const answer = await cluster.source.ask(question, context);
  expect(Answer.safeParse(answer).error).toBeUndefined();
  return answer;
}

describe("events of a cluster", () => {
  test("are those of the window, redacted, cut at as_of", async () => {
    const events = [
      event(),
      event({ lastTimestamp: minutesAgo(58), firstTimestamp: minutesAgo(59) }),
      event({ lastTimestamp: minutesAgo(-5), firstTimestamp: minutesAgo(5) }),
    ];
    const answer = await ask(eventsIn(shop), { events });
    expect(dataOf(answer, "events").events.map(({ first_at, last_at }) => [first_at, last_at])).toEqual([
      [iso(5), now],
      [iso(15), iso(1)],
    ]);
    expect(dataOf(answer, "events").events[1]).toMatchObject({
      entity: id("pod", "cart-ccc-1"),
      reason: "BackOff",
      type: "Warning",
      count: 12,
      from: "kubelet",
    });
    expect(JSON.stringify(answer)).not.toContain("abcdef123456");
    expect(answer).toMatchObject({ coverage: { from: window.from, to: now, complete: true, as_of: "then" } });
  });

  test("of a workload are its own and its pods', those that are gone too", async () => {
    const events = [
      event(),
      event({ involvedObject: { kind: "Pod", namespace: "shop", name: "cart-ddd-x1y2z" } }),
      event({ involvedObject: { kind: "Deployment", namespace: "shop", name: "cart" } }),
      event({ involvedObject: { kind: "Pod", namespace: "shop", name: "cartographer-1" } }),
    ];
    const answer = await ask(eventsIn(id("deployment", "cart")), { events });
    expect(new Set(dataOf(answer, "events").events.map(({ entity }) => entity))).toEqual(
      new Set([id("pod", "cart-ccc-1"), id("pod", "cart-ddd-x1y2z"), id("deployment", "cart")]),
    );
  });

  test("older than the API server keeps them are missing, not absent", async () => {
    const answer = await ask({ about: "events", in: shop, window: { from: iso(120), to: now } });
    expect(answer).toMatchObject({ coverage: { from: iso(60), complete: false, missing_share: 0.5 } });
  });

  test("are read from the newer API where only that is allowed", async () => {
    const newer = {
      metadata: service.metadata,
      regarding: { kind: "Pod", namespace: "shop", name: "cart-ccc-1" },
      reason: "Unhealthy",
      note: "probe failed",
      type: "Warning",
      eventTime: minutesAgo(4),
      series: { count: 3, lastObservedTime: minutesAgo(2) },
      reportingController: "kubelet",
    };
    await using cluster = openCluster(
      await startFakeHttp((request) => (request.path.startsWith("/api/v1/") ? denied : { json: { items: [newer] } })),
    );
    const answer = await cluster.source.ask(eventsIn(shop), context);
    expect(dataOf(answer, "events").events).toEqual([
      {
        entity: id("pod", "cart-ccc-1"),
        reason: "Unhealthy",
        message: "probe failed",
        type: "Warning",
        count: 3,
        first_at: iso(4),
        last_at: iso(2),
        from: "kubelet",
      },
    ]);
  });
});

describe("rollouts as changes", () => {
  test("are one change for each revision in the window, under a stable id, with both images", async () => {
    const { changes } = dataOf(await ask(changesOf(id("deployment", "cart"))), "changes");
    expect(changes.map((change) => change.id)).toEqual(["rollout/shop/cart/3", "rollout/shop/cart/4"]);
    expect(changes[1]).toEqual({
      id: "rollout/shop/cart/4", entity: id("deployment", "cart"), kind: "deployment", started_at: iso(20), ended_at: null, state: "started", share: 1, touches: [id("service", "cart")],
      by: null, from: "cart:v1", to: "cart:v2", title: "Rollout 4 of cart: image cart:v1 → cart:v2 (bump cart)", url: null, origin: "rollout",
    }); // prettier-ignore
  });

  test("belong to the service and the namespace of their Deployment, and to nothing else", async () => {
    for (const of of [id("service", "cart"), shop]) expect(dataOf(await ask(changesOf(of)), "changes").changes).toHaveLength(2);
    expect(dataOf(await ask(changesOf(id("service", "payment"))), "changes").changes).toEqual([]);
  });

  test("that left the image alone are changes of configuration, and name the settings without their values", async () => {
    const [, before, after] = replicaSets;
    const spec = {
      ...after!.spec,
      template: {
        ...after!.spec.template,
        spec: { ...after!.spec.template.spec, containers: [containerOf("cart:v1", { env: [{ name: "POOL_SIZE", value: "55555" }] })] },
      },
    };
    const { changes } = dataOf(await ask(changesOf(id("deployment", "cart")), { replicasets: [before, { ...after, spec }] }), "changes");
    expect(changes.at(-1)).toMatchObject({
      kind: "config",
      from: "revision 3",
      to: "revision 4: cart env DB_PASSWORD, FLAGS, PAYMENT_URL, POOL_SIZE",
    });
    expect(JSON.stringify(changes)).not.toContain("55555");
  });

  test("tell a failed rollout from one that succeeded", async () => {
    const progressing = (condition: object, available: number) => ({
      ...deployment,
      status: {
        ...deployment.status,
        availableReplicas: available,
        conditions: [{ type: "Progressing", lastUpdateTime: minutesAgo(12), ...condition }],
      },
    });
    const last = async (changed: unknown) =>
      dataOf(await ask(changesOf(id("deployment", "cart")), { deployments: [changed] }), "changes").changes.at(-1);
    expect(await last(progressing({ status: "False", reason: "ProgressDeadlineExceeded" }, 0))).toMatchObject({
      state: "failed",
      ended_at: iso(12),
    });
    expect(await last(progressing({ status: "True", reason: "NewReplicaSetAvailable" }, 2))).toMatchObject({
      state: "succeeded",
      ended_at: iso(12),
    });
  });

  test("by which an old ReplicaSet came back begin when the Deployment moved, not when it was made", async () => {
    const [first, second] = replicaSets;
    const back = { ...first!, metadata: { ...first!.metadata, annotations: { "deployment.kubernetes.io/revision": "5" } } };
    const { changes } = dataOf(await ask(changesOf(id("deployment", "cart")), { replicasets: [second, back] }), "changes");
    expect(changes.at(-1)).toMatchObject({ id: "rollout/shop/cart/5", started_at: iso(20), from: "cart:v1", to: "cart:v0" });
  });
});

describe("topology of a cluster", () => {
  test("is who owns, selects, runs on, routes to, mounts and calls whom", async () => {
    const answer = await ask({ about: "topology", of: [id("service", "cart")], depth: 3 });
    const edges = dataOf(answer, "topology").edges.map(({ from, kind, to, origin }) => `${from} ${kind} ${to} (${origin})`);
    expect(edges).toEqual(
      expect.arrayContaining([
        `${id("service", "cart")} selects ${id("deployment", "cart")} (selector)`,
        `${id("deployment", "cart")} owns ${id("pod", "cart-ccc-1")} (owner_reference)`,
        `${id("pod", "cart-ccc-1")} runs_on eu//node/n1 (scheduler)`,
        `${id("ingress", "web")} routes ${id("service", "cart")} (ingress)`,
        `${id("deployment", "cart")} mounts ${id("claim", "cart-data")} (pod_template)`,
        `${id("deployment", "cart")} uses ${id("config", "flags")} (pod_template)`,
        `${id("deployment", "cart")} calls ${id("service", "payment")} (environment)`,
      ]),
    );
    expect(dataOf(answer, "topology").aliases).toContainEqual({
      name: "cart.shop.svc.cluster.local",
      entity: id("service", "cart"),
      view: "same",
      origin: "service",
    });
    expect(dataOf(answer, "topology").aliases).toContainEqual({
      name: "10.0.0.7",
      entity: id("pod", "cart-ccc-1"),
      view: "same",
      from: iso(19),
      origin: "pod",
    });
  });

  test("ends at the asked depth", async () => {
    const { entities } = dataOf(await ask({ about: "topology", of: [id("service", "cart")], depth: 1 }), "topology");
    expect(entities).toEqual([id("deployment", "cart"), id("ingress", "web"), id("service", "cart")]);
  });

  test("of a node is what runs on it", async () => {
    await using cluster = openCluster(await startFakeHttp(serving()));
    const answer = await cluster.source.ask({ about: "topology", of: ["eu//node/n1"], depth: 1 }, context);
    expect(dataOf(answer, "topology").entities).toEqual(
      [id("pod", "cart-ccc-1"), id("pod", "cart-ccc-2"), "eu//node/n1"].sort((a, b) => (a < b ? -1 : 1)),
    );
    expect(cluster.http.requests[0]?.query.get("fieldSelector")).toBe("spec.nodeName=n1");
  });
});
