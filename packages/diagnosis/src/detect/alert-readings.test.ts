import { describe, expect, it } from "vitest";
import type { EntityId } from "@sre/contracts/evidence";
import { ago, calls, node } from "../testing/builders.ts";
import { type Alerts, cart, findings, only, first, deployment, running, service } from "../testing/told.ts";
import { id } from "../testing/world.ts";

describe("what alerts read", () => {
  const [orders, stock] = [id("service", "orders"), id("service", "stock")];
  const latency = (entity: EntityId, normal: number, observed: number): Alerts[number] => ({
    name: "Slow", entity, state: "firing", from: ago(5), to: null, readings: [{ signal: { golden: "latency" }, statistic: "p90", unit: "s", normal, observed }],
  }); // prettier-ignore
  const placed = (name: string, on: string) => [deployment(name), running(name, on), service(name, { selector: { app: name } })];
  const objects = [
    ...placed("cart", "worker-1"),
    ...placed("orders", "worker-2"),
    ...placed("stock", "worker-2"),
    node("worker-1"),
    node("worker-2"),
  ];

  it("becomes findings with the normal and the observed value", () => {
    expect(only(findings({ alerts: [latency(cart, 0.03, 0.9)] }), "golden_latency")[0]).toMatchObject({
      entity: cart,
      values: { before: 0.03, during: 0.9 },
    });
    const failed: Alerts = [{ name: "F", entity: cart, operation: "GET /x", state: "firing", from: ago(5), to: null, count: 9, code: "503", readings: [] }]; // prettier-ignore
    expect(only(findings({ alerts: failed }), "operation_failing")[0]).toMatchObject({ values: { code: "503", count: 9 } });
  });

  it("a delay is the callee's where it accounts for that of the caller", () => {
    const slow = { objects, edges: [calls(cart, orders)], alerts: [latency(cart, 0.05, 9), latency(orders, 0.005, 4)] };
    expect(first(slow)).toMatchObject({ entity: orders, fault: "network_delay" });
  });

  it("a delay of everything that one caller calls is the caller's", () => {
    const slow = {
      objects,
      edges: [calls(cart, orders), calls(cart, stock)],
      alerts: [latency(cart, 0.05, 25), latency(orders, 0.005, 2), latency(stock, 0.005, 2)],
    };
    expect(first(slow)).toMatchObject({ entity: cart, fault: "network_delay" });
  });

  it("services that are slow on their own on one node point to the node", () => {
    const slow = {
      objects,
      edges: [calls(cart, orders), calls(cart, stock)],
      alerts: [latency(cart, 0.05, 4), latency(orders, 0.005, 2), latency(stock, 0.005, 3)],
    };
    expect(first(slow)).toMatchObject({ entity: id("node", "worker-2"), fault: "node_network_delay" });
  });

  it("packets sent again many times point to the node that sends most of them again", () => {
    const again = (name: string, normal: number, observed: number): Alerts[number] => ({
      name: "Loss", entity: id("node", name), state: "firing", from: ago(5), to: null, readings: [{ signal: { named: "retransmits" }, statistic: "value", unit: null, normal, observed }],
    }); // prettier-ignore
    const lost = {
      objects,
      edges: [calls(cart, orders)],
      alerts: [latency(cart, 0.05, 0.5), again("worker-2", 0, 9), again("worker-1", 0, 0.6)],
    };
    expect(first(lost)).toMatchObject({ entity: id("node", "worker-2"), fault: "node_packet_loss" });
  });

  it("CPU counts where it rose and is throttled, not where it is throttled as always", () => {
    const reading = (signal: Alerts[number]["readings"][number]["signal"], normal: number | null, observed: number) => ({
      signal,
      statistic: "value" as const,
      unit: null,
      normal,
      observed,
    });
    const busy: Alerts[number] = {
      ...latency(cart, 0.005, 0.07),
      readings: [
        ...latency(cart, 0.005, 0.07).readings,
        reading({ resource: "cpu" }, 0.03, 0.16),
        reading({ named: "throttled" }, null, 0.8),
      ],
    };
    const always: Alerts[number] = { ...latency(orders, 1, 1), readings: [reading({ named: "throttled" }, null, 0.8)] };
    expect(first({ objects, edges: [calls(cart, orders)], alerts: [busy, always] })).toMatchObject({
      entity: id("deployment", "cart"),
      fault: "cpu_saturation",
    });
  });
});
