import { describe, expect, it } from "vitest";
import type { ClusterObject } from "@sre/contracts/evidence";
import { ago, app, event } from "../testing/builders.ts";
import { detected, kindsOf, object } from "../testing/detected.ts";
import { id } from "../testing/world.ts";

const pod = id("pod", "cart-5d4f8b9c7-x2x9z");
const gone = id("pod", "cart-7f9c6d5b4-zzzzz");

function cart(input: { created?: number; running?: number; restarts?: number; lasted?: number; ready?: number } = {}): ClusterObject[] {
  const { created = 30, running = created, restarts = 0, lasted = 0 } = input;
  const last = {
    terminated: { reason: "Error", exitCode: 1, startedAt: ago(running + lasted), finishedAt: ago(running + 0.01) },
  };
  const container = {
    ready: true,
    restartCount: restarts,
    state: { running: { startedAt: ago(running) } },
    ...(restarts === 0 ? {} : { lastState: last }),
  };
  const conditions = input.ready === undefined ? [] : [{ type: "Ready", status: "True", lastTransitionTime: ago(input.ready) }];
  return app("cart", { container, pod: { created_at: ago(created) } }).objects.map((object) =>
    object.entity === pod ? { ...object, status: { ...object.status, conditions } } : object,
  );
}
const unhealthy = (of: string, first: number, last: number) =>
  event(of, "Unhealthy", { message: "Readiness probe failed: connection refused", first, last, count: 6 });

describe("a warning about what is not there any more", () => {
  it("is context when pods were listed completely", () => {
    const found = detected({ objects: cart(), events: [unhealthy(gone, 9, 7)] });
    expect(kindsOf(found)).toContain("warning_of_gone");
    expect(kindsOf(found)).not.toContain("probe_failing");
  });

  it("stands when nobody says that the list was complete", () => {
    expect(kindsOf(detected({ objects: cart(), events: [unhealthy(gone, 9, 7)] }, false))).toContain("probe_failing");
  });

  it("stands when the list tells only what is now", () => {
    expect(kindsOf(detected({ objects: cart(), events: [unhealthy(gone, 9, 7)], objectsAsOf: "now" }))).toContain("probe_failing");
  });
});

describe("a warning that its object has outlived", () => {
  it.each([
    ["of a start, before the pod was ready", cart({ created: 9, ready: 7 }), unhealthy(pod, 8.5, 7.5)],
    ["of a start, of a pod that is ready since nobody knows when", cart({ created: 9 }), unhealthy(pod, 8.5, 7.5)],
    ["of a loop that the container has long outrun", cart({ created: 20, running: 4, restarts: 3, lasted: 0.2 }), unhealthy(pod, 9, 4.2)],
    ["that the pod has no node", cart(), event(pod, "FailedScheduling", { message: "0/3 nodes are available", first: 9, last: 2 })],
  ])("is context: %s", (_, objects, warning) => {
    const found = detected({ objects, events: [warning] });
    expect(kindsOf(found)).toContain("warning_outlived");
    expect([...kindsOf(found)].filter((what) => ["probe_failing", "pod_unschedulable"].includes(what))).toEqual([]);
  });

  it.each([
    ["comes again and again long after the start", cart({ created: 600, ready: 500 }), unhealthy(pod, 12, 1)],
    ["is newer than the pod's being ready", cart({ created: 9, ready: 7 }), unhealthy(pod, 8.5, 1)],
    ["belongs to a loop that may go on", cart({ created: 20, running: 0.5, restarts: 3, lasted: 1 }), unhealthy(pod, 9, 0.6)],
  ])("stands when it %s", (_, objects, warning) => {
    expect(kindsOf(detected({ objects, events: [warning] }))).toContain("probe_failing");
  });

  it("is judged by the replica set for refused pods", () => {
    const replicaSet = id("replicaset", "cart-5d4f8b9c7");
    const set = (replicas: number) =>
      object(replicaSet, { created_at: ago(20), owner: id("deployment", "cart"), spec: { replicas: 1 }, status: { replicas } });
    const message = 'pods "cart-" is forbidden: error looking up service account shop/cart: serviceaccount "cart" not found';
    const refused = event(replicaSet, "FailedCreate", { message, first: 9, last: 1, count: 15 });
    expect(kindsOf(detected({ objects: [...cart(), set(1)], events: [refused] }))).not.toContain("service_account_missing");
    expect(kindsOf(detected({ objects: [...cart(), set(0)], events: [refused] }))).toContain("service_account_missing");
  });
});
