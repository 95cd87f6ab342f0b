import { describe, expect, it } from "vitest";
import type { ClusterObject } from "@sre/contracts/evidence";
import { ago, alert, asOf, event } from "../testing/builders.ts";
import { cartOf, detected, kindsOf, object } from "../testing/detected.ts";
import { emptyWorld, id, run, type World } from "../testing/world.ts";
import { refusalKind } from "./quota.ts";

const replicaSet = id("replicaset", "cart-5d4f8b9c7");
const refused = (message: string, times: { first: number; last: number; count: number }) =>
  event(replicaSet, "FailedCreate", { message: `Error creating: pods "cart-x" is forbidden: ${message}`, ...times });
const account = 'error looking up service account shop/cart: serviceaccount "cart" not found';
const quota = (resources: string) => `exceeded quota: compute, requested: ${resources}, used: ${resources}, limited: ${resources}`;
const empty = object(replicaSet, { owner: id("deployment", "cart"), spec: { replicas: 1 }, status: { replicas: 0 } });

describe("a pod that admission refuses", () => {
  it.each([
    [account, "service_account_missing"],
    [quota("requests.cpu=2"), "quota_exceeded_cpu"],
    [quota("limits.memory=2Gi"), "quota_exceeded_memory"],
    [quota("pods=1"), "quota_exceeded_pods"],
    [quota("count/pods=1"), "quota_exceeded_pods"],
    [
      "exceeded quota: q, requested: requests.storage=5Gi, used: requests.storage=0, limited: requests.storage=1Gi",
      "quota_exceeded_storage",
    ],
    [quota("services=1"), "quota_exceeded_services"],
    [quota("requests.example.com/gpu=1"), "quota_exceeded"],
    ["exceeded quota: q, requested: pods=1,requests.cpu=2, used: pods=1,requests.cpu=9, limited: requests.cpu=10", "quota_exceeded_cpu"],
    ["violates PodSecurity", null],
  ])("%s means %s", (message, what) => expect(refusalKind(message)).toBe(what));

  it("is told by its newest refusal, because an account may have come since", () => {
    const events = [refused(account, { first: 9, last: 8.9, count: 3 }), refused(quota("requests.cpu=2"), { first: 8.8, last: 1, count: 12 })];
    const found = detected({ objects: [empty], events });
    expect(kindsOf(found)).toContain("quota_exceeded_cpu");
    expect(kindsOf(found)).not.toContain("service_account_missing");
    expect(found.find(({ what }) => what === "quota_exceeded_cpu")?.from).toBe(ago(8.8));
  }); // prettier-ignore
});

describe("what is declared and not there", () => {
  const service = (name: string, view: ClusterObject["view"]) => object(id("service", name), { view, api_kind: "Service" });
  const full = (used: string) => object(id("quota", "objects"), { status: { hard: { services: "2" }, used: { services: used } } });

  it("is laid at the quota that has no room for one more service", () => {
    const found = detected({ objects: [service("pay", "declared"), service("cart", "live"), full("2")] });
    expect(found.find(({ what }) => what === "quota_exceeded_services")?.entity).toBe(id("service", "pay"));
  });

  it("is missing for an unknown reason where the quota has room", () => {
    expect(kindsOf(detected({ objects: [service("pay", "declared"), service("cart", "live"), full("1")] }))).toContain("declared_missing");
  });

  it("is laid at the full quota when others are set to reach it and its workload runs", () => {
    const frontend = object(id("deployment", "frontend"), {
      refs: [{ path: "env", to: id("service", "pay"), optional: true, exists: false }],
    });
    const running = object(id("deployment", "pay"));
    const others = [service("cart", "live"), full("2"), frontend];
    const laid = (objects: readonly ClusterObject[]) => kindsOf(detected({ objects })).has("quota_exceeded_services");
    expect([laid([...others, running]), laid(others)]).toEqual([true, false]);
  });

  it("is not called missing where nobody listed its kind to the end", () => {
    expect(kindsOf(detected({ objects: [service("pay", "declared"), service("cart", "live")] }, false))).not.toContain("declared_missing");
  });

  it("makes a full quota alone no finding", () => {
    const found = detected({ objects: [service("cart", "declared"), service("cart", "live"), full("2")] });
    expect([...kindsOf(found)].filter((what) => what.startsWith("quota"))).toEqual([]);
  });
});

describe("a quota's fault", () => {
  it("lives in its namespace and explains the service that it starves", () => {
    const world: World = {
      ...emptyWorld(asOf),
      alerts: [alert("A", id("service", "cart"), 8)],
      objects: [...cartOf({}).slice(0, 1), empty],
      events: [refused(quota("requests.cpu=2"), { first: 9, last: 1, count: 12 })],
    };
    const { causes, plan } = run(world).diagnosis;
    expect(causes[0]).toMatchObject({ entity: "eu-1//namespace/shop", fault: "quota_exceeded_cpu", explains: [id("service", "cart")] });
    expect(plan.steps[0]?.command).toContain("--namespace shop");
  });
});
