import { describe, expect, test } from "vitest";
import {
  correlationDefaults,
  defaultEntityMapping,
  mappingWith,
  placeAlerts,
  readDependencies,
  resolveEntity,
  withoutHash,
  type AlertToPlace,
  type OpenIncident,
} from "./index.ts";

const noOwners = new Map<string, string>();
const resolve = (labels: Record<string, string>, owners = noOwners) => resolveEntity(labels, defaultEntityMapping, owners);
const place = { cluster: "eu-1", namespace: "shop" };
const strict = { ...correlationDefaults, stepsMax: 0 };
const rules = { settings: strict, dependencies: readDependencies([], 0) };
const { windowMs } = strict;

function alert(key: string, labels: Record<string, string>, startsAtMs = 0): AlertToPlace {
  return { key, resolved: resolve(labels), startsAtMs };
}

function groupsOf(alerts: AlertToPlace[], incidents: OpenIncident[] = [], more = rules): Record<string, string> {
  const { placements: placed } = placeAlerts(alerts, incidents, more);
  return Object.fromEntries(placed.map(({ key, into }) => [key, into.kind === "new" ? `new ${into.group}` : into.id]));
}

describe("what an alert is about", () => {
  test("is its service label before anything else", () => {
    expect(resolve({ ...place, service: "checkout", pod: "checkout-6b474476c4-x5l2k" })).toMatchObject({
      entity: "eu-1/shop/service/checkout",
      service: "checkout",
    });
  });
  test("is the owner of its pod where the topology knows one", () => {
    const owners = new Map([["eu-1/shop/pod/checkout-6b474476c4-x5l2k", "eu-1/shop/deployment/checkout"]]);
    expect(resolve({ ...place, pod: "checkout-6b474476c4-x5l2k" }, owners).entity).toBe("eu-1/shop/deployment/checkout");
  });
  test("is the pod itself while its owner is unknown, grouped under the name without hashes", () => {
    expect(resolve({ ...place, pod: "checkout-6b474476c4-x5l2k" })).toMatchObject({
      entity: "eu-1/shop/pod/checkout-6b474476c4-x5l2k",
      service: "checkout",
    });
  });
  test("is a workload that a label names", () => {
    expect(resolve({ ...place, deployment: "cart", job: "kube-state-metrics" }).entity).toBe("eu-1/shop/deployment/cart");
  });
  test("is never the exporter that observed it", () => {
    expect(resolve({ ...place, service: "kube-state-metrics", job: "kube-state-metrics", pod: "cart-0" }).entity).toBe(
      "eu-1/shop/pod/cart-0",
    );
  });
  test("is a node for alerts of nodes, by label or by the host of the instance", () => {
    expect(resolve({ cluster: "eu-1", node: "n1" })).toMatchObject({ entity: "eu-1//node/n1", service: "node:n1" });
    expect(resolve({ cluster: "eu-1", job: "node-exporter", instance: "n1:9100" }).entity).toBe("eu-1//node/n1");
  });
  test("is the job when nothing else is known", () => {
    expect(resolve({ ...place, job: "billing", instance: "10.0.0.7:8080" }).entity).toBe("eu-1/shop/service/billing");
  });
  test("is nothing when no label says so", () => {
    expect(resolve({ alertname: "Odd" })).toMatchObject({ entity: null, service: null });
  });
  test("follows a mapping that configuration overrides", () => {
    const mapping = mappingWith({ service: ["team_app"], environmentDefault: "production" });
    expect(resolveEntity({ team_app: "cart", service: "x" }, mapping, noOwners)).toMatchObject({
      service: "cart",
      environment: "production",
    });
  });
});

test.each([
  ["checkout-6b474476c4-x5l2k", "checkout"],
  ["fluent-bit-7xkq2", "fluent-bit"],
  ["postgres-0", "postgres"],
  ["payment-service", "payment-service"],
  ["redis", "redis"],
])("a pod's name %s is grouped as %s", (name, expected) => {
  expect(withoutHash(name)).toBe(expected);
});

describe("grouping", () => {
  const prod = { cluster: "eu-1", environment: "production", namespace: "shop", service: "checkout" };
  const open: OpenIncident = {
    ...prod,
    id: "old",
    number: 1,
    entities: ["eu-1/shop/service/checkout"],
    firstAlertAtMs: 0,
    lastAlertAtMs: 0,
  };

  test("joins alerts of one service inside the window", () => {
    expect(groupsOf([alert("a", prod, 0), alert("b", prod, 60_000)])).toEqual({ a: "new 0", b: "new 0" });
  });
  test("never joins production with staging", () => {
    expect(groupsOf([alert("a", prod), alert("b", { ...prod, environment: "staging" })])).toEqual({ a: "new 0", b: "new 1" });
  });
  test("never joins two clusters, two namespaces or two services", () => {
    const others = [
      alert("b", { ...prod, cluster: "us-1" }),
      alert("c", { ...prod, namespace: "pay" }),
      alert("d", { ...prod, service: "cart" }),
    ];
    expect(new Set(Object.values(groupsOf([alert("a", prod), ...others]))).size).toBe(4);
  });
  test("never joins alerts that resolve to nothing with each other", () => {
    expect(groupsOf([alert("a", { alertname: "X" }), alert("b", { alertname: "X" })])).toEqual({ a: "new 0", b: "new 1" });
  });
  test("takes an alert into an open incident up to the edge of the window and not beyond", () => {
    expect(groupsOf([alert("a", prod, windowMs)], [open])).toEqual({ a: "old" });
    expect(groupsOf([alert("a", prod, windowMs + 1)], [open])).toEqual({ a: "new 0" });
  });
  test("lets a chain of alerts extend the window", () => {
    expect(groupsOf([alert("b", prod, windowMs * 2), alert("a", prod, windowMs)], [open])).toEqual({ a: "old", b: "old" });
  });
  test("gives the same groups whatever the order of arrival", () => {
    const alerts = [alert("a", prod, 0), alert("b", prod, 10), alert("c", { ...prod, service: "cart" }, 5)];
    expect(groupsOf(alerts)).toEqual(groupsOf(alerts.toReversed()));
  });
  test("says why", () => {
    const [placed] = placeAlerts([alert("a", prod)], [open], rules).placements;
    expect(placed?.because.en).toBe("same service checkout (production, cluster eu-1), within 30 min of its other alerts");
  });
});
