import { Answer, type ClusterObject, type Question } from "@sre/contracts/evidence";
import { startFakeHttp } from "@sre/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import {
  before as iso,
  containerOf,
  context,
  dataOf,
  denied,
  deployment,
  idIn as id,
  objectsQuestion,
  openCluster,
  pod,
  service,
  serving,
  shopNamespace as shop,
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

const named = (answer: Answer, entity: string): ClusterObject | undefined =>
  dataOf(answer, "objects").objects.find((object) => object.entity === entity);

describe("objects of a cluster", () => {
  test("stand under our ids, with owner, labels, spec and status", async () => {
    const answer = await ask(objectsQuestion(["pod", "deployment", "service_object"]));
    expect(dataOf(answer, "objects").objects.map((object) => object.entity)).toEqual([
      id("deployment", "cart"),
      id("pod", "cart-ccc-1"),
      id("pod", "cart-ccc-2"),
      id("service", "cart"),
      id("service", "payment"),
    ]);
    expect(named(answer, id("pod", "cart-ccc-1"))).toMatchObject({
      owner: id("deployment", "cart"),
      api_kind: "Pod",
      view: "live",
      created_at: iso(19),
      labels: { app: "cart" },
      spec: { nodeName: "n1" },
      status: { phase: "Running" },
    });
    expect(answer).toMatchObject({
      source: "kubernetes",
      coverage: { complete: true, as_of: "then", by_kind: { pod: "answered", deployment: "answered", service_object: "answered" } },
    });
  });

  test("never hold what may be secret, only what points somewhere", async () => {
    const answer = await ask(objectsQuestion(["pod", "deployment", "config"]));
    const text = JSON.stringify(answer);
    for (const secret of ["hunter2", "s3cret", "token=abc", "secret-sauce", "admin:pw", "managedFields", "last-applied"])
      expect(text).not.toContain(secret);
    const [container] = (named(answer, id("pod", "cart-ccc-2"))?.spec["containers"] ?? []) as { env: unknown[] }[];
    expect(container?.env).toEqual([
      { name: "PAYMENT_URL", value: "http://payment:8080/pay" },
      { name: "DB_PASSWORD", value_bytes: 7 },
      { name: "FLAGS", valueFrom: { configMapKeyRef: { name: "flags", key: "all" } } },
    ]);
    expect(named(answer, id("config", "flags"))?.spec).toEqual({
      keys: {
        all: { bytes: 15 },
        "app.yaml": { bytes: 83, addresses: ["jdbc:postgresql://db.shop:5432/carts", "redis:6379"] },
        LEDGER_HOST: { bytes: 6, value: "ledger" },
      },
    });
  });

  test("name what they need, and whether it exists where that was read", async () => {
    const answer = await ask(objectsQuestion(["deployment", "config", "claim", "ingress", "service"]));
    const refs = named(answer, id("deployment", "cart"))?.refs ?? [];
    expect(refs).toContainEqual({ path: "containers[cart].env[FLAGS]", to: id("config", "flags"), optional: false, exists: true });
    expect(refs).toContainEqual({
      path: "volumes[data].persistentVolumeClaim",
      to: id("claim", "cart-data"),
      optional: false,
      exists: false,
    });
    expect(refs).toContainEqual({ path: "volumes[tls].secret", to: id("secret", "cart-tls"), optional: true, exists: null });
    expect(named(answer, id("ingress", "web"))?.refs).toContainEqual({
      path: "spec.rules[0].http.paths[0]",
      to: id("service", "cart"),
      optional: false,
      exists: true,
      port_offered: false,
    });
  });

  test("name the Services that settings point to, with the port that stands there or beside", async () => {
    const settings = {
      metadata: { name: "ledger", namespace: "shop" },
      data: { LEDGER_HOST: "ledger", LEDGER_PORT: "9090", CART_ADDR: "cart.shop.svc.cluster.local:80", MAIL: "smtp://mail.example.com:25", NOTE: "cart" },
    }; // prettier-ignore
    const answer = await ask(objectsQuestion(["deployment", "config", "service"]), { configmaps: [settings] });
    expect(named(answer, id("deployment", "cart"))?.refs).toContainEqual({
      path: "containers[cart].env[PAYMENT_URL]", to: id("service", "payment"), optional: true, exists: true, port_offered: true,
    }); // prettier-ignore
    expect(named(answer, id("config", "ledger"))?.refs).toEqual([
      { path: "data[LEDGER_HOST]", to: id("service", "ledger"), optional: true, exists: false },
      { path: "data[CART_ADDR]", to: id("service", "cart"), optional: true, exists: true, port_offered: true },
    ]);
  });

  test("name the identity of a pod, its pull secrets, and the class and volume of a claim", async () => {
    const at = (name: string) => ({ name, namespace: "shop" });
    const lists = {
      pods: [{ metadata: at("cart-1"), spec: { serviceAccountName: "robot", containers: [] }, status: {} }],
      serviceaccounts: [{ metadata: at("default"), imagePullSecrets: [{ name: "registry" }] }],
      persistentvolumeclaims: [{ metadata: at("data"), spec: { storageClassName: "fast" } }],
    };
    const answer = await ask(objectsQuestion(["pod", "identity", "claim"]), lists);
    expect(named(answer, id("pod", "cart-1"))?.refs).toEqual([
      { path: "serviceAccountName", to: id("identity", "robot"), optional: false, exists: false },
    ]);
    expect(named(answer, id("identity", "default"))).toMatchObject({
      spec: { imagePullSecrets: [{ name: "registry" }] },
      refs: [{ path: "imagePullSecrets[0]", to: id("secret", "registry"), optional: false, exists: null }],
    });
    expect(named(answer, id("claim", "data"))?.refs).toEqual([
      { path: "spec.storageClassName", to: "eu//storageclass/fast", optional: false, exists: null },
    ]);
    const classes = await ask(objectsQuestion(["storageclass", "volume"], "eu//cluster/eu"), {
      storageclasses: [{ metadata: { name: "slow" }, provisioner: "example.com/disk", parameters: { password: "hunter2" } }],
      persistentvolumes: [{ metadata: { name: "v1" }, spec: { claimRef: at("data") } }],
    });
    expect(named(classes, "eu//storageclass/slow")?.spec).toEqual({ provisioner: "example.com/disk" });
    expect(named(classes, "eu//volume/v1")?.refs).toEqual([
      { path: "spec.claimRef", to: id("claim", "data"), optional: false, exists: null },
    ]);
  });

  test("of one thing are itself and what it owns or selects", async () => {
    const other = {
      ...pod("other-1", { owner: null }),
      metadata: { ...pod("other-1", { owner: null }).metadata, labels: { app: "other" } },
    };
    const lists = { pods: [pod("cart-ccc-1"), other] };
    const owned = await ask(objectsQuestion(["pod", "deployment", "replicaset"], id("deployment", "cart")), lists);
    expect(dataOf(owned, "objects").objects.map((object) => object.entity)).toEqual([
      id("deployment", "cart"),
      id("pod", "cart-ccc-1"),
      ...["aaa", "bbb", "ccc"].map((hash) => id("replicaset", `cart-${hash}`)),
    ]);
    const selected = await ask(objectsQuestion(["pod", "service"], id("service", "cart")), lists);
    expect(dataOf(selected, "objects").objects.map((object) => object.entity)).toEqual([id("pod", "cart-ccc-1"), id("service", "cart")]);
  });

  test("of the cluster are its nodes", async () => {
    await using cluster = openCluster(await startFakeHttp(serving()));
    const answer = await cluster.source.ask(objectsQuestion(["node"], "eu//cluster/eu"), context);
    expect(dataOf(answer, "objects").objects.map((object) => object.entity)).toEqual(["eu//node/n1"]);
    expect(cluster.http.requests.map((request) => request.path)).toEqual(["/api/v1/nodes"]);
  });

  test("asked about the past say that they are of now", async () => {
    expect(await ask(objectsQuestion(["pod"], shop, iso(3)))).toMatchObject({ coverage: { as_of: "now" } });
    expect(await ask(objectsQuestion(["pod"], shop, iso(1)))).toMatchObject({ coverage: { as_of: "then" } });
  });

  test("that may not be read are denied, kind by kind", async () => {
    const answer = await ask(objectsQuestion(["pod", "config"]), { configmaps: denied });
    expect(answer).toMatchObject({
      kind: "answered",
      coverage: { complete: false, missing_share: 0.5, by_kind: { pod: "answered", config: "denied" } },
    });
    expect(await ask(objectsQuestion(["config"]), { configmaps: denied })).toMatchObject({ kind: "unanswered", because: "denied" });
  });

  test("of an API that the cluster does not have are simply not there", async () => {
    const answer = await ask(objectsQuestion(["pod", "autoscaler"]), {
      horizontalpodautoscalers: { status: 404, body: "404 page not found" },
    });
    expect(answer).toMatchObject({ kind: "answered", coverage: { complete: true, by_kind: { pod: "answered" } } });
  });

  test("that are large are cut to their limit, and say so", async () => {
    const env = Array.from({ length: 2_000 }, (_, index) => ({ name: `SETTING_${index}`, value: "x" }));
    const large = {
      ...deployment,
      spec: { ...deployment.spec, template: { ...deployment.spec.template, spec: { containers: [containerOf("cart:v2", { env })] } } },
    };
    const object = named(await ask(objectsQuestion(["deployment"]), { deployments: [large] }), id("deployment", "cart"));
    expect(Buffer.byteLength(JSON.stringify(object))).toBeLessThanOrEqual(16 * 1024);
    expect(object?.spec["cut"]).toBe(true);
    expect(object?.status["conditions"]).toBeDefined();
  });
});

describe("secrets", () => {
  const secret = {
    metadata: { ...service.metadata, name: "cart-tls" },
    type: "Opaque",
    data: { "tls.key": Buffer.from("very private").toString("base64") },
  };

  test("are never asked for unless that is allowed", async () => {
    await using cluster = openCluster(await startFakeHttp(serving({ secrets: [secret] })));
    await cluster.source.ask(objectsQuestion(["secret", "pod"]), context);
    expect(await cluster.source.ask(objectsQuestion(["secret"]), context)).toMatchObject({ kind: "unanswered" });
    expect(cluster.http.requests.some((request) => request.path.includes("secrets"))).toBe(false);
  });

  test("tell the names of their keys and lengths of their values when it is", async () => {
    await using cluster = openCluster(await startFakeHttp(serving({ secrets: [secret] })), { secretKeys: true });
    const answer = await cluster.source.ask(objectsQuestion(["secret"]), context);
    expect(named(answer, id("secret", "cart-tls"))?.spec).toEqual({ type: "Opaque", keys: { "tls.key": 12 } });
    expect(JSON.stringify(answer)).not.toContain(Buffer.from("very private").toString("base64"));
  });
});
