import { describe, expect, it } from "vitest";
import { entityId, type ClusterObject } from "@sre/contracts/evidence";
import { ago, calls, node } from "../testing/builders.ts";
import { type Alerts, type Checks, cart, deployment, findings, first, object, only, port, running, service } from "../testing/told.ts";
import { id } from "../testing/world.ts";

describe("the way to a service", () => {
  const wired = (spec: Record<string, unknown>) => ({ objects: [deployment("cart"), running("cart"), service("cart", spec)] });

  it.each([
    [
      "a selector that matches nothing",
      { selector: { app: "kart" }, ports: [port({})] },
      "service_selects_nothing",
      "service_selects_nothing",
    ],
    [
      "a target port that nobody offers",
      { selector: { app: "cart" }, ports: [port({ targetPort: 8081 })] },
      "service_port_unserved",
      "service_port_mismatch",
    ],
    [
      "a target port by an unknown name",
      { selector: { app: "cart" }, ports: [port({ targetPort: "grpc" })] },
      "service_port_unserved",
      "service_port_mismatch",
    ],
    [
      "another protocol",
      { selector: { app: "cart" }, ports: [port({ protocol: "UDP" })] },
      "service_protocol_differs",
      "service_protocol_mismatch",
    ],
  ])("%s is a fault of the service", (...[, spec, what, fault]) => {
    expect(only(findings(wired(spec)), what)).toHaveLength(1);
    expect(first(wired(spec))).toMatchObject({ entity: cart, fault });
  });

  it.each([
    ["the port's number", { selector: { app: "cart" }, ports: [port({})] }],
    ["the port's name", { selector: { app: "cart" }, ports: [port({ targetPort: "http" })] }],
    ["no selector at all", { ports: [port({ targetPort: 1 })] }],
    ["another host's name", { type: "ExternalName", selector: { app: "x" }, ports: [port({ targetPort: 1 })] }],
  ])("%s is in order", (_, spec) => {
    expect(findings(wired(spec)).filter(({ what }) => what.startsWith("service_"))).toEqual([]);
  });

  it("says nothing of a port's name where no container tells the names of its ports", () => {
    const unnamed = deployment("cart", { containers: [{ name: "cart", ports: [{ containerPort: 8080 }] }] });
    expect(findings({ objects: [unnamed, service("cart", { selector: { app: "cart" }, ports: [port({ targetPort: "http" })] })] })).toEqual(
      [expect.objectContaining({ what: "no_bad_state" })],
    );
  });

  it("a workload scaled to zero is the fault where a service leads to it, unless it was declared so", () => {
    const idle = deployment("cart", {}, { spec: { ...deployment("cart").spec, replicas: 0 }, status: {} });
    const led = service("cart", { selector: { app: "cart" }, ports: [port({})] });
    expect(first({ objects: [idle, led] })).toMatchObject({ entity: id("deployment", "cart"), fault: "scaled_to_zero" });
    expect(only(findings({ objects: [idle] }), "scaled_to_zero")).toEqual([]);
    expect(only(findings({ objects: [idle, { ...idle, view: "declared" }, led] }), "scaled_to_zero")).toEqual([]);
  });
});

describe("routes", () => {
  const routes = (list: Record<string, string>[]) =>
    object(id("config", "gateway"), { spec: { keys: { "routes.yaml": { routes: list } } } });
  const services = ["cart", "orders"].map((name) => service(name, {}));
  const misrouted = routes([{ id: "cart", path: "/api/cart/**", to: "orders:8080" }, { id: "orders", path: "/api/orders/**", to: "orders:8080" }]); // prettier-ignore
  const failed: Alerts = [{ name: "Failed", entity: cart, operation: "GET /api/cart/items?x=1", state: "firing", from: ago(5), to: null, count: 20, code: "404", readings: [] }]; // prettier-ignore

  it("lays a path that answers 404 and leads elsewhere at the service that it is for", () => {
    expect(first({ objects: [misrouted, ...services], alerts: failed })).toMatchObject({ entity: cart, fault: "route_elsewhere" });
  });
  it("sees a route that is named after a service and leads past it without any alert", () => {
    expect(only(findings({ objects: [misrouted, ...services] }), "route_elsewhere").map(({ entity }) => entity)).toEqual([cart]);
  });
  it("takes the words of a path for a name where a route has none, run together or not", () => {
    const nameless = (path: string) => routes([{ path: `/v1/${path}/**`, to: "orders" }, { path: "/v1/orders/**", to: "orders" }]); // prettier-ignore
    const list = [service("shop-cart-service", {}), service("orders", {})];
    const found = ["cartservice", "cart"].map((path) => only(findings({ objects: [nameless(path), ...list] }), "route_elsewhere"));
    expect(found.map((each) => each.map(({ entity }) => entity))).toEqual([
      [id("service", "shop-cart-service")],
      [id("service", "shop-cart-service")],
    ]);
  });
  it("finds nothing in routes that lead to whom they are named after, whatever answers 404", () => {
    const right = routes([{ id: "cart", path: "/api/cart/**", to: "cart" }, { id: "orders", path: "/api/orders/**", to: "orders" }]); // prettier-ignore
    expect(only(findings({ objects: [right, ...services], alerts: failed }), "route_elsewhere")).toEqual([]);
  });
});

describe("names and addresses", () => {
  const others = ["a", "b", "c", "d"].map((name) => deployment(name));
  const own = { dnsPolicy: "None", dnsConfig: { nameservers: ["192.0.2.1"] } };
  const pointing = (ref: Partial<ClusterObject["refs"][number]>): ClusterObject["refs"] => [
    { path: "containers[cart].env[PAY_ADDR]", to: id("service", "pay"), optional: true, exists: true, ...ref },
  ];

  it("a workload with name servers of its own cannot resolve names; one of many such is how the place is run", () => {
    expect(first({ objects: [deployment("cart", own), ...others], logs: [[cart, "getaddrinfo EAI_AGAIN pay"]] })).toMatchObject({
      entity: id("deployment", "cart"),
      fault: "dns_resolution_failure",
    });
    expect(only(findings({ objects: ["cart", "a", "b", "c"].map((name) => deployment(name, own)) }), "own_name_servers")).toEqual([]);
  });

  it("many services that resolve nothing point to the cluster's name service", () => {
    const dns = object(id("pod", "coredns-1", "kube-system"), { labels: { "k8s-app": "kube-dns" } });
    const names = ["cart", "a", "b", "c"];
    const objects = names.map((name, i) => running(name, `worker-${1 + (i % 2)}`));
    const logs = names.map((name) => [id("pod", `${name}-1`), "Temporary failure in name resolution"] as const);
    expect(only(findings({ objects: [...objects, dns], logs }), "cluster_names_unresolved").map(({ entity }) => entity)).toEqual([
      dns.entity,
    ]);
    expect(only(findings({ objects: [...objects, dns], logs: logs.slice(0, 2) }), "cluster_names_unresolved")).toEqual([]);
  });

  it("a port that the target does not offer is the fault of who points to it, by its own settings or by a secret", () => {
    const direct = deployment("cart", {}, { refs: pointing({ port_offered: false }) });
    expect(first({ objects: [direct] })).toMatchObject({ entity: id("deployment", "cart"), fault: "wrong_address" });
    const secret = object(id("secret", "cart-db"), {
      refs: [{ path: "data[DB_HOST]", to: id("service", "db"), optional: true, exists: true, port_offered: false }],
    });
    const reader = deployment("cart", {}, { refs: [{ path: "envFrom", to: secret.entity, optional: false, exists: true }] });
    expect(first({ objects: [secret, reader] })).toMatchObject({ entity: id("deployment", "cart"), fault: "wrong_port" });
  });

  it("an address that does not exist counts only where a log names it", () => {
    const dangling = deployment("cart", {}, { refs: pointing({ exists: false }) });
    expect(only(findings({ objects: [dangling] }), "address_unknown")).toEqual([]);
    expect(first({ objects: [dangling], logs: [[cart, "dial tcp: lookup pay: no such host"]] })).toMatchObject({ fault: "wrong_address" });
  });

  it("an address that does not exist counts where nothing else leads to what is called", () => {
    const addresses = pointing({ exists: false }).concat({
      path: "env[STOCK_ADDR]",
      to: id("service", "stock"),
      optional: true,
      exists: true,
    });
    const objects = [deployment("cart", {}, { refs: addresses }), service("cart", { selector: { app: "cart" } }), running("cart")];
    const edges = [calls(cart, id("service", "stock")), calls(cart, id("service", "payments"))];
    expect(only(findings({ objects, edges }), "address_unknown")).toHaveLength(1);
    expect(only(findings({ objects, edges: edges.slice(0, 1) }), "address_unknown")).toEqual([]);
  });

  it("an address is right where what it names runs and only lacks its service", () => {
    const dangling = deployment("cart", {}, { refs: pointing({ exists: false }) });
    const told = { objects: [dangling, deployment("pay")], logs: [[cart, "dial tcp: lookup pay: no such host"]] as const };
    expect(only(findings(told), "address_unknown")).toEqual([]);
  });
});

describe("databases", () => {
  const store = object(id("statefulset", "db"), {
    spec: { replicas: 1, template: { metadata: { labels: { app: "db" } }, spec: {} } },
    status: { availableReplicas: 1 },
  });
  const leader = service("db-leader", { selector: { app: "db", role: "leader" } });
  const member = object(id("pod", "db-0"), { owner: store.entity, labels: { app: "db", role: "leader" }, spec: { nodeName: "worker-1" } });
  const client = (name: string) =>
    deployment(name, {}, { refs: [{ path: `env[DB_HOST]`, to: leader.entity, optional: true, exists: true }] });
  const objects = [store, leader, member, client("cart"), client("orders")];

  it.each([
    ["takes no writes", "cannot execute UPDATE in a read-only transaction", "database_read_only"],
    ["takes no connections", "Too many connections", "database_connections_exhausted"],
  ])("one that %s is blamed, not the client that says so", (_, line, fault) => {
    expect(first({ objects, logs: [[cart, line]] })).toMatchObject({ entity: store.entity, fault });
  });
  it("a client that waits for its own pool is at fault alone, several of one database are not", () => {
    const line = "HikariPool-1 - Connection is not available, request timed out after 30000ms";
    expect(only(findings({ objects, logs: [[cart, line]] }), "database_takes_no_connections")).toEqual([]);
    const both = findings({ objects, logs: [[cart, line], [id("deployment", "orders"), line]] }); // prettier-ignore
    expect(only(both, "database_takes_no_connections").map(({ entity }) => entity)).toEqual([store.entity]);
  });
  it("refused credentials are the client's", () => {
    expect(first({ objects, logs: [[cart, "FATAL: password authentication failed for user shop"]] })).toMatchObject({
      entity: id("deployment", "cart"),
      fault: "database_credentials_refused",
    });
  });
});

describe("parts of Kubernetes on a node", () => {
  const worker = id("node", "worker-1");
  const check = (more: Partial<Checks[number]>): Checks[number] => ({
    from: null,
    to: cart,
    outcome: "ok",
    detail: "",
    at: ago(1),
    ...more,
  });
  const component = (name: string) => entityId({ cluster: "eu-1", namespace: "", kind: "component", name: `worker-1:${name}` });
  const objects = [running("cart"), node("worker-1"), node("worker-2")];

  it.each([
    ["containerd", "container_runtime_down"],
    ["kubelet", "kubelet_down"],
    ["kube-proxy", "kube_proxy_down"],
    ["kube-scheduler", "scheduler_down"],
  ])("%s that does not run is laid at its node", (name, what) => {
    const found = findings({ objects, checks: [check({ to: component(name), outcome: "error", code: "inactive (dead)" })] });
    expect(only(found, what).map(({ entity }) => entity)).toEqual([worker]);
  });

  it.each([
    [{ status: "Unknown", message: "Kubelet stopped posting node status." }, "kubelet_down"],
    [{ status: "False", message: "container runtime is down" }, "container_runtime_down"],
  ])("tells a silent kubelet from a dead runtime by the node's condition %o", (Ready, fault) => {
    expect(first({ objects: [running("cart"), node("worker-1", { Ready })] })).toMatchObject({ entity: worker, fault });
  });

  it("services that one node alone cannot reach point to its proxy", () => {
    const services = ["a", "b", "c"].map((name) => id("service", name));
    const tried = services.flatMap((to) => [check({ from: worker, to, outcome: "timeout" }), check({ from: id("node", "worker-2"), to })]);
    expect(only(findings({ objects, checks: tried }), "services_unreachable_from_node").map(({ entity }) => entity)).toEqual([worker]);
    const all = tried.map((each) => ({ ...each, outcome: "timeout" as const }));
    expect(only(findings({ objects, checks: all }), "services_unreachable_from_node")).toEqual([]);
  });

  it("callers on one node that cannot reach several services point to it, unless callers elsewhere cannot either", () => {
    const edges = [calls(cart, id("service", "a")), calls(id("service", "orders"), id("service", "a"))];
    const pods = [
      running("cart"),
      running("orders", "worker-2"),
      deployment("cart"),
      deployment("orders"),
      service("cart", { selector: { app: "cart" } }),
      service("orders", { selector: { app: "orders" } }),
    ];
    const line = (port: number) => `dial tcp 10.0.0.${port % 9}:${port}: i/o timeout`;
    const mine = [[cart, [line(81), line(82), line(83)].join(" ")]] as const;
    expect(only(findings({ objects: pods, edges, logs: mine }), "callers_on_node_fail").map(({ entity }) => entity)).toEqual([worker]);
    expect(only(findings({ objects: pods, edges, logs: [...mine, [id("service", "orders"), line(81)]] }), "callers_on_node_fail")).toEqual(
      [],
    );
  });

  it("a pod without any verdict waits for the scheduler, one with a verdict does not", () => {
    const waiting = object(id("pod", "cart-2"), { owner: id("deployment", "cart"), status: { phase: "Pending" }, created_at: ago(4) });
    const plane = { ...node("control-1"), labels: { "node-role.kubernetes.io/control-plane": "" } };
    expect(first({ objects: [deployment("cart"), waiting, plane, node("worker-1")] })).toMatchObject({
      entity: plane.entity,
      fault: "scheduler_down",
    });
    const told = {
      ...waiting,
      status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
    };
    expect(only(findings({ objects: [told, plane] }), "pods_never_considered")).toEqual([]);
  });
});
