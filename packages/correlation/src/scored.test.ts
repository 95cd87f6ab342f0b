import { describe, expect, test } from "vitest";
import {
  correlationDefaults,
  defaultEntityMapping,
  openCorrelator,
  placeAlerts,
  readDependencies,
  resolveEntity,
  type AlertToPlace,
  type OpenIncident,
} from "./index.ts";

const minute = 60_000;
const place = { cluster: "eu-1", environment: "production", namespace: "shop" };
const id = (kind: string, name: string) => `eu-1/${kind === "node" ? "" : "shop"}/${kind}/${name}`;
const calls = (from: string, to: string) => ({ from: id("service", from), to: id("service", to), kind: "calls" as const });
const topology = [
  calls("web", "checkout"),
  calls("checkout", "payment"),
  calls("web", "search"),
  { from: id("pod", "payment-6b474476c4-x5l2k"), to: id("node", "n1"), kind: "runs_on" as const },
  { from: id("pod", "search-5d5f8c7b9d-x5l2k"), to: id("node", "n2"), kind: "runs_on" as const },
];
const rules = { settings: correlationDefaults, dependencies: readDependencies(topology, 3) };

function alert(key: string, labels: Record<string, string>, more: { atMs?: number; text?: string } = {}): AlertToPlace {
  const all = { alertname: "HighErrorRate", ...place, ...labels };
  const resolved = resolveEntity(all, defaultEntityMapping, new Map());
  return { key, resolved, startsAtMs: more.atMs ?? 0, name: all.alertname, labels: all, text: more.text ?? "" };
}

function groupsOf(alerts: readonly AlertToPlace[], incidents: readonly OpenIncident[] = []): Record<string, string> {
  const { placements: placed } = placeAlerts(alerts, incidents, rules);
  return Object.fromEntries(placed.map(({ key, into }) => [key, into.kind === "new" ? `new ${into.group}` : into.id]));
}

const open = (cause: string | null): OpenIncident => ({
  ...place, id: "old", number: 1, service: "billing", entities: [id("service", "billing")], firstAlertAtMs: 0, lastAlertAtMs: 10 * minute, cause,
}); // prettier-ignore

describe("what joins over the topology", () => {
  test("a symptom joins what it depends on, soon after, and not much later", () => {
    expect(groupsOf([alert("a", { service: "payment" }), alert("b", { service: "checkout" }, { atMs: minute })])).toEqual({
      a: "new 0",
      b: "new 0",
    });
    expect(groupsOf([alert("a", { service: "payment" }), alert("b", { service: "checkout" }, { atMs: 25 * minute })])).toEqual({
      a: "new 0",
      b: "new 1",
    });
  });
  test("what tells of a thing's own state is no symptom of another", () => {
    const certificate = alert("b", { service: "checkout", alertname: "CertificateExpiresSoon" }, { atMs: minute });
    expect(groupsOf([alert("a", { service: "payment" }), certificate])).toEqual({ a: "new 0", b: "new 1" });
  });
  test("a pod's alert joins that of the node it runs on, by its label or by the topology", () => {
    const node = alert("a", { node: "n1", alertname: "NodeNotReady" });
    const pod = { alertname: "PodNotReady", pod: "payment-6b474476c4-x5l2k" };
    expect(groupsOf([node, alert("b", pod, { atMs: minute })])).toEqual({ a: "new 0", b: "new 0" });
    expect(groupsOf([node, alert("b", { alertname: "PodNotReady", pod: "cart-0", node: "n1" }, { atMs: minute })])).toEqual({
      a: "new 0",
      b: "new 0",
    });
    expect(groupsOf([node, alert("b", { alertname: "PodNotReady", pod: "cart-0", node: "n2" }, { atMs: minute })])).toEqual({
      a: "new 0",
      b: "new 1",
    });
  });
  test("an alert that names another thing joins it without an edge", () => {
    const named = alert("b", { service: "cart", upstream: "payment" }, { atMs: minute });
    expect(groupsOf([alert("a", { service: "payment" }), named])).toEqual({ a: "new 0", b: "new 0" });
  });
  test("production and staging stay apart, and an alert that does not say joins", () => {
    const staging = alert("b", { service: "checkout", environment: "staging" }, { atMs: minute });
    expect(groupsOf([alert("a", { service: "payment" }), staging])).toEqual({ a: "new 0", b: "new 1" });
    const silent = alert("b", { service: "checkout", environment: "" }, { atMs: minute });
    expect(groupsOf([alert("a", { service: "payment" }), silent])).toEqual({ a: "new 0", b: "new 0" });
  });
  test("an alert without namespace and cluster is about the one thing of that name", () => {
    const bare = alert("b", { service: "payment", namespace: "", cluster: "" }, { atMs: minute });
    expect(groupsOf([alert("a", { service: "payment" }), bare])).toEqual({ a: "new 0", b: "new 0" });
  });
});

describe("what a pod's alert says of where it runs", () => {
  const notReady = (key: string, labels: Record<string, string>, atMs: number) =>
    alert(key, { alertname: "KubePodNotReady", ...labels }, { atMs });
  const burst = ["shop", "pay", "media"].map((namespace, index) =>
    notReady(namespace, { namespace, pod: `${namespace}-0`, node: "n1" }, index * 5_000),
  );

  test("a burst of one name over several namespaces takes in a pod that does not say its node", () => {
    expect(groupsOf([...burst, notReady("d", { namespace: "chat", pod: "chat-0" }, 20_000)])["d"]).toBe("new 0");
    const [placed] = placeAlerts([...burst, notReady("d", { namespace: "chat", pod: "chat-0" }, 20_000)], [], rules).placements.slice(-1);
    expect(placed?.because.en).toMatch(/^chat alerted under KubePodNotReady within a minute of 3 other things/);
    expect(placed?.because["zh-TW"]).toContain("KubePodNotReady");
  });
  test("neither a pod of another node, nor another name, nor one that comes when the burst is over", () => {
    const others = [
      notReady("d", { namespace: "chat", pod: "chat-0", node: "n2" }, 20_000),
      alert("e", { alertname: "LongGarbageCollection", namespace: "ads", pod: "ads-0" }, { atMs: 20_000 }),
      notReady("f", { namespace: "maps", pod: "maps-0" }, 10 * minute),
    ];
    const groups = groupsOf([...burst, ...others]);
    expect(new Set(["shop", "d", "e", "f"].map((key) => groups[key])).size).toBe(4);
  });
  test("a burst inside one namespace takes in nothing from another", () => {
    const inside = ["a", "b", "c"].map((key, index) => notReady(key, { pod: `${key}-0`, node: "n1" }, index * 5_000));
    expect(groupsOf([...inside, notReady("d", { namespace: "chat", pod: "chat-0" }, 20_000)])["d"]).toBe("new 1");
  });
  test("a pod that says its node is not tied to another node on which its other pods run", () => {
    const nodeDown = alert("n", { node: "n2", alertname: "KubeNodeNotReady" });
    const pod = (node: string) => notReady("s", { pod: "search-5d5f8c7b9d-b2c4d", node }, 10_000);
    expect(groupsOf([nodeDown, pod("n1")])["s"]).toBe("new 1");
    expect(groupsOf([nodeDown, pod("n2")])["s"]).toBe("new 0");
  });
  test("the node's own alert joins where several things point to it, not where one of them named it", () => {
    const node = (name: string) => alert("n", { node: name, alertname: "FilesystemAlmostFull" }, { atMs: 20_000 });
    expect(groupsOf([...burst, node("n1")])["n"]).toBe("new 0");
    expect(groupsOf([burst[0]!, alert("p", { service: "payment" }), node("n1")])["n"]).not.toBe("new 0");
  });
  test("who asks a thing that lost its pods of one node is tied by half", () => {
    const lost = [
      notReady("a", { pod: "payment-6b474476c4-x5l2k", node: "n1" }, 0),
      notReady("b", { namespace: "pay", pod: "pay-0", node: "n1" }, 5_000),
    ];
    const asks = alert("c", { service: "checkout" }, { atMs: 30_000 });
    const scoreIn = (...before: AlertToPlace[]) => placeAlerts([...before, asks], [], rules).placements.at(-1)?.score?.topology;
    expect(scoreIn(lost[0]!)).toBe(0.8);
    expect(scoreIn(...lost)).toBe(0.4);
  });
  test("a name that comes evenly all the time is no burst", () => {
    const evenly = Array.from({ length: 60 }, (_, index) =>
      notReady(`x${index}`, { namespace: `n${index}`, pod: `thing${index}-0`, node: "n1" }, index * 20_000),
    );
    const groups = groupsOf([...evenly, notReady("d", { namespace: "chat", pod: "chat-0" }, 60 * 20_000)]);
    expect(groups["d"]).not.toBe(groups["x59"]);
  });
});

test("things that complain of the same and rest on one storage class belong together, on another class apart", () => {
  const mounts = (name: string, to: string) => ({
    from: id("statefulset", name),
    to: `eu-1//storageclass/${to}`,
    kind: "mounts" as const,
  });
  const onStorage = readDependencies([mounts("orders-db", "fast"), mounts("users-db", "fast"), mounts("logs-db", "slow")], 3);
  const slow = (name: string, atMs: number) => alert(name, { alertname: "VolumeWritesTakeLong", statefulset: name }, { atMs });
  const { placements: placed } = placeAlerts([slow("orders-db", 0), slow("users-db", 20_000), slow("logs-db", 30_000)], [], {
    settings: correlationDefaults,
    dependencies: onStorage,
  });
  expect(placed.map(({ into }) => into)).toEqual([0, 0, 1].map((group) => ({ kind: "new", group })));
  expect(placed[1]?.because.en).toContain("users-db and shop/orders-db both rest on fast");
});

describe("a diagnosed cause", () => {
  test("takes in what depends on it for the whole window, and nothing else", () => {
    const late = { atMs: 35 * minute };
    expect(groupsOf([alert("a", { service: "checkout" }, late)], [open(id("service", "payment"))])).toEqual({ a: "old" });
    expect(groupsOf([alert("a", { service: "checkout" }, late)], [open(null)])).toEqual({ a: "new 0" });
    expect(groupsOf([alert("a", { service: "search" }, late)], [open(id("service", "payment"))])).toEqual({ a: "new 0" });
    const [placed] = placeAlerts([alert("a", { service: "checkout" }, late)], [open(id("service", "payment"))], rules).placements;
    expect(placed?.because.en).toContain("checkout depends on shop/payment, which the diagnosis found to be the cause");
  });
});

test("the reason names tie, distance in time and score in both languages", () => {
  const { placements: placed } = placeAlerts(
    [alert("a", { service: "payment" }), alert("b", { service: "checkout" }, { atMs: 2 * minute })],
    [],
    rules,
  );
  expect(placed[1]?.because.en).toMatch(/^checkout depends on shop\/payment \(1 step\).*2 min apart.*score 0\.\d\d$/);
  expect(placed[1]?.because["zh-TW"]).toContain("依賴 shop/payment");
});

test("one after the other and as one delivery the same groups come of the same alerts", () => {
  const alerts = ["payment", "checkout", "web", "search"].map((service, index) => alert(service, { service }, { atMs: index * 20_000 }));
  const correlator = openCorrelator([], rules);
  expect(alerts.map((one) => correlator.place(one).into)).toEqual(
    placeAlerts(alerts.toReversed(), [], rules).placements.map(({ into }) => into),
  );
});

describe("delivery by delivery", () => {
  const again = (alerts: readonly AlertToPlace[]): string[] => {
    let incidents: OpenIncident[] = [];
    return alerts.map((one) => {
      const { placements, changed } = placeAlerts([one], incidents, rules);
      const { into } = placements[0]!;
      const id = into.kind === "new" ? `i${incidents.length}` : into.id;
      const { cluster, environment, namespace, service } = one.resolved;
      const before = incidents.find((incident) => incident.id === id);
      const span = { firstAlertAtMs: before?.firstAlertAtMs ?? one.startsAtMs, lastAlertAtMs: one.startsAtMs };
      const now: OpenIncident = {
        id, number: before?.number ?? incidents.length + 1, cluster, environment, namespace, service, entities: [], ...span, traits: structuredClone(changed[0]!.traits),
      }; // prettier-ignore
      incidents = [...incidents.filter((incident) => incident.id !== id), now];
      return id;
    });
  };
  test("what was named, and a burst, count as they do within one", () => {
    const pod = (namespace: string, index: number) =>
      alert(namespace, { alertname: "KubePodNotReady", namespace, pod: `${namespace}-0`, ...(index < 3 ? { node: "n1" } : {}) }, { atMs: index * 5_000 }); // prettier-ignore
    expect(again(["shop", "pay", "media", "chat"].map(pod))).toEqual(["i0", "i0", "i0", "i0"]);
    expect(again([alert("a", { service: "cart", upstream: "payment" }), alert("b", { service: "payment" }, { atMs: minute })])).toEqual([
      "i0",
      "i0",
    ]);
  });
  test("what is kept is bounded in number and size", () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      alert(`a${index}`, { service: "payment", alertname: `Error${index}`, extra: `x${index}`, long: "y".repeat(5_000) }, { atMs: index }),
    );
    const { changed } = placeAlerts(many, [], rules);
    expect(changed).toHaveLength(1);
    const { alerts, labels } = changed[0]!.traits;
    expect(alerts).toHaveLength(96);
    expect(alerts.at(-1)?.name).toBe("Error199");
    expect(labels).toHaveLength(64);
    expect(JSON.stringify(changed[0]!.traits).length).toBeLessThan(30_000);
  });
});
