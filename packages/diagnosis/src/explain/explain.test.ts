import { describe, expect, it } from "vitest";
import type { Cause, EntityId } from "@sre/contracts/evidence";
import { diagnose, scopeOf } from "../index.ts";
import { ago, alert, app, asOf, calls, change, errorRule, event, golden, node, step } from "../testing/builders.ts";
import { answerOf, emptyWorld, id, run, type World } from "../testing/world.ts";

const [front, cart, stock] = [id("service", "frontend"), id("service", "cart"), id("service", "stock")];
const pod = (name: string): EntityId => id("pod", `${name}-5d4f8b9c7-x2x9z`);
const hurt = { errors: step(0.001, 0.25, { since: 12 }), latency: step(0.1, 1.2, { since: 12 }) };

/** frontend calls cart calls stock; frontend alerts; what `more` says comes on top. */
function shop(more: Partial<World>, curves: Partial<Record<"frontend" | "cart" | "stock", Parameters<typeof golden>[1]>> = {}): World {
  const apps = ["frontend", "cart", "stock"].map((name) => app(name));
  const { series = [], objects, edges = [], ...rest } = more;
  return {
    ...emptyWorld(asOf),
    alerts: [alert("Errors", front, 9)],
    rules: [errorRule("Errors", front, step(0.001, 0.25, { since: 12 }))],
    series: [...golden(front, curves.frontend ?? hurt), ...golden(cart, curves.cart), ...golden(stock, curves.stock), ...series],
    objects: objects ?? [...apps.flatMap((each) => each.objects), node("worker-1")],
    edges: [...apps.flatMap((each) => each.edges), calls(front, cart), calls(cart, stock), ...edges],
    ...rest,
  };
}
const causes = (world: World): readonly Cause[] => run(world).diagnosis.causes;

describe("a service that got worse without showing how", () => {
  const decoys = [
    change("frontend 9", id("deployment", "frontend"), { minutesAgo: 8 }),
    change("stock 4", id("deployment", "stock"), { minutesAgo: 300 }),
    change("elsewhere 2", id("deployment", "elsewhere"), { minutesAgo: 13 }),
  ];
  const culprit = change("cart 7", id("deployment", "cart"), { minutesAgo: 14 });

  it("is blamed with its deployment, among decoys", () => {
    const { diagnosis } = run(shop({ changes: [...decoys, culprit] }, { cart: hurt }));
    expect(diagnosis.verdict).toBe("likely");
    expect(diagnosis.causes[0]).toMatchObject({ entity: id("deployment", "cart"), fault: "bad_deployment", change: "change-cart 7" });
    expect(diagnosis.plan.steps[0]).toMatchObject({ action: "kubernetes.rollout_undo", target: id("deployment", "cart") });
    expect(diagnosis.ruled_out.map(({ title }) => title.en)).toEqual(expect.arrayContaining(["frontend 9", "stock 4", "elsewhere 2"]));
  });

  it("is named without any change when there was none, and is likely at the most", () => {
    const { diagnosis } = run(shop({ changes: decoys }, { cart: hurt }));
    expect(diagnosis.causes[0]).toMatchObject({ entity: cart, fault: "failing_by_itself", change: null });
    expect(diagnosis.verdict).toBe("likely");
  });

  it("comes to the same when its deployment is judged", () => {
    const judged = run(shop({ changes: [...decoys, culprit] }, { cart: hurt }), id("deployment", "cart")).diagnosis;
    expect(judged.causes[0]).toMatchObject({ entity: id("deployment", "cart"), fault: "bad_deployment", change: "change-cart 7" });
  });

  it("is not blamed for its own creation unless its pods never worked, however near to it users felt the first unrest", () => {
    const created = (minutesAgo: number) => ({
      ...culprit,
      id: "rollout/shop/cart/1",
      started_at: ago(minutesAgo),
      from: null,
      origin: "rollout",
    });
    for (const minutesAgo of [20, 13, 12]) {
      const { causes: others, ruled_out: acquitted } = run(shop({ changes: [created(minutesAgo)] }, { cart: hurt })).diagnosis;
      expect(others[0]).toMatchObject({ entity: cart, fault: "failing_by_itself", change: null });
      expect(acquitted.map(({ because }) => because.what)).toContain("change_first_rollout");
    }
    const loop = event(pod("cart"), "BackOff", {
      message: "Back-off restarting failed container cart in pod",
      first: 13,
      last: 1,
      count: 20,
    });
    const never = shop({ changes: [created(13)], events: [loop] }, { cart: hurt });
    expect(causes(never)[0]).toMatchObject({ fault: "crash_loop", change: "rollout/shop/cart/1" });
    expect(causes({ ...never, changes: [created(40)] })[0]).toMatchObject({ fault: "crash_loop", change: null });
  });

  it("is blamed with its deployment where nobody lists the objects", () => {
    const edges = [calls(front, cart), calls(cart, stock)];
    const world = { ...shop({ changes: [culprit], objects: [] }, { cart: hurt }), edges };
    expect(causes(world)[0]).toMatchObject({ entity: id("deployment", "cart"), fault: "bad_deployment", change: "change-cart 7" });
  });

  it("is blamed less for a change that reached few of its instances", () => {
    const at = (share: number) => causes(shop({ changes: [{ ...culprit, share }] }, { cart: hurt }))[0]?.confidence ?? 0;
    expect(at(0.1)).toBeLessThan(at(1));
  });

  it("is blamed for a change of the configuration that it mounts", () => {
    const config = id("config", "cart-settings");
    const [first] = causes(
      shop(
        {
          changes: [change("settings 3", config, { minutesAgo: 14, kind: "config" })],
          edges: [{ from: id("deployment", "cart"), to: config, kind: "mounts", origin: "declared" }],
        },
        { cart: hurt },
      ),
    );
    expect(first).toMatchObject({ entity: cart, fault: "bad_config", change: "change-settings 3" });
    expect(first?.where).toContain(config);
  });

  it("shares its rank with one that looks exactly alike", () => {
    const twins = shop(
      { alerts: [alert("Errors", cart, 9), alert("Errors", stock, 9)], rules: [], edges: [] },
      { frontend: {}, cart: hurt, stock: hurt },
    );
    const apart = { ...twins, edges: [cart, stock].map((to) => calls(front, to)) };
    const ranked = causes(apart);
    expect(ranked.slice(0, 2).map(({ rank, entity }) => [rank, entity])).toEqual([
      [1, cart],
      [1, stock],
    ]);
    expect(run(apart).diagnosis.verdict).toBe("inconclusive");
  });

  it("stays a suspect, not an acquitted one, when nobody watched what was changed", () => {
    const database = id("database", "stock-db");
    const { diagnosis } = run(
      shop({ edges: [calls(stock, database)], changes: [change("db parameters", database, { minutesAgo: 14, kind: "config" })] }),
    );
    expect(diagnosis.causes.find(({ entity }) => entity === database)).toMatchObject({
      fault: "bad_config",
      change: "change-db parameters",
    });
    expect(diagnosis.ruled_out.map(({ title }) => title.en)).not.toContain("db parameters");
  });

  it("is no suspect although nobody watched it, once something that leaves no other reading was seen elsewhere", () => {
    const database = id("database", "stock-db");
    const loop = event(pod("cart"), "BackOff", {
      message: "Back-off restarting failed container cart in pod",
      first: 13,
      last: 1,
      count: 20,
    });
    const changes = [change("db parameters", database, { minutesAgo: 14, kind: "config" })];
    const { diagnosis } = run(shop({ edges: [calls(stock, database)], events: [loop], changes }, { cart: hurt }));
    expect(diagnosis.causes[0]).toMatchObject({ fault: "crash_loop", change: null });
    expect(diagnosis.causes.map(({ change: blamed }) => blamed)).not.toContain("change-db parameters");
    expect(diagnosis.ruled_out.map(({ title }) => title.en)).toContain("db parameters");
  });

  it("is not blamed for more traffic, which others send", () => {
    const busy = { traffic: step(50, 250, { since: 12 }), latency: step(0.1, 0.9, { since: 12 }) };
    const { causes: told } = run(shop({ changes: [culprit] }, { cart: busy })).diagnosis;
    expect(told.find(({ fault }) => fault === "overload")).toMatchObject({ entity: cart, change: null });
  });
});

describe("each kind of fault", () => {
  const events = (name: string, reason: string, message: string) => ({
    events: [event(pod(name), reason, { message, first: 13, last: 1, count: 9 })],
  });
  const log = (template: string) => ({ patterns: [{ of: cart, template, level: "error" as const, lines: step(0, 9, { since: 13 }) }] });
  const full = (of: EntityId, signal: string) => ({ series: [{ of, signal, unit: "1", curve: step(0.4, 0.98, { since: 14 }) }] });

  const unplaced = { objects: app("cart", { available: 0, pod: { spec: {}, status: { phase: "Pending" } } }).objects };

  it.each([
    ["image_not_found", id("deployment", "cart"), events("cart", "Failed", 'Failed to pull image "cart:9": not found')],
    ["image_pull_failure", id("deployment", "cart"), events("cart", "Failed", 'Failed to pull image "cart:9": unexpected EOF')],
    [
      "insufficient_memory",
      id("deployment", "cart"),
      { ...unplaced, ...events("cart", "FailedScheduling", "0/3 nodes are available: 3 Insufficient memory.") },
    ],
    [
      "unschedulable",
      id("deployment", "cart"),
      { ...unplaced, ...events("cart", "FailedScheduling", "0/3 nodes are available: 3 node(s) had an odd day.") },
    ],
    ["failing_probe", id("deployment", "cart"), events("cart", "Unhealthy", "Liveness probe failed: timeout")],
    ["crash_loop", id("deployment", "cart"), events("cart", "BackOff", "Back-off restarting failed container")],
    [
      "quota_exceeded",
      "eu-1//namespace/shop",
      {
        events: [
          event(id("replicaset", "cart-5d4f8b9c7"), "FailedCreate", {
            message: "forbidden: exceeded quota: compute",
            first: 13,
            last: 1,
            count: 9,
          }),
        ],
      },
    ],
    ["config_reference_missing", id("deployment", "cart"), events("cart", "Failed", 'Error: configmap "cart-settings" not found')],
    ["bad_config", cart, log("environment variable PRICE_LIST is required")],
    ["disk_full", id("deployment", "cart"), log("write /data/<n>: no space left on device")],
    ["connection_pool_exhausted", cart, log("HikariPool-1 - Connection is not available, request timed out")],
    ["dependency_failure", cart, log("dial tcp: lookup pay.example: no such host")],
    ["cpu_saturation", id("deployment", "cart"), full(cart, "resource:cpu:limit")],
    [
      "out_of_memory",
      id("deployment", "cart"),
      { events: [event(pod("cart"), "OOMKilling", { message: "Memory cgroup out of memory", first: 13, last: 1, count: 3 })] },
    ],
    [
      "node_not_ready",
      id("node", "worker-1"),
      { objects: [...app("cart").objects, node("worker-1", { Ready: { status: "False", since: ago(13) } })] },
    ],
    [
      "node_memory_pressure",
      id("node", "worker-1"),
      { objects: [...app("cart").objects, node("worker-1", { MemoryPressure: { status: "True", since: ago(13) } })] },
    ],
  ] as [string, EntityId, Partial<World>][])("%s is named first at the object in which it lives", (...[fault, entity, more]) => {
    expect(causes(shop(more, { cart: hurt }))[0]).toMatchObject({ rank: 1, fault, entity });
  });

  it("overload is named when traffic rose with nothing else to show", () => {
    const { diagnosis } = run(shop({}, { cart: { latency: step(0.1, 1.2, { since: 12 }), traffic: step(40, 200, { since: 13 }) } }));
    expect(diagnosis.causes.some(({ fault, entity }) => fault === "overload" && entity === cart)).toBe(true);
  });
});

describe("explaining away", () => {
  const killed = { events: [event(pod("stock"), "OOMKilling", { message: "Memory cgroup out of memory", first: 14, last: 1, count: 3 })] };

  it("lowers a failing probe whose service waits for something that fails", () => {
    const probe = event(pod("cart"), "Unhealthy", { message: "Readiness probe failed", first: 11, last: 1, count: 9 });
    const { diagnosis } = run(shop({ events: [...killed.events, probe] }, { cart: hurt, stock: hurt }));
    expect(diagnosis.causes[0]).toMatchObject({ entity: id("deployment", "stock"), fault: "out_of_memory" });
    const lowered = diagnosis.causes.find(({ fault }) => fault === "failing_probe");
    expect(lowered?.against[0]?.what ?? diagnosis.ruled_out.find(({ fault }) => fault === "failing_probe")?.because.what).toBe(
      "explained_by",
    );
  });

  it("is not sure of a change of which nothing was seen but that it was near", () => {
    const queue = id("queue", "orders");
    const changes = [change("orders 7", queue, { minutesAgo: 13 })];
    const world = { ...shop({ edges: [calls(front, queue)], changes }), series: [] };
    const { diagnosis } = run(world);
    expect(diagnosis).toMatchObject({ verdict: "inconclusive", causes: [{ entity: queue }, ...diagnosis.causes.slice(1)] });
    const seen = { ...world, series: golden(queue, hurt) };
    expect(run(seen).diagnosis).toMatchObject({ verdict: "likely", causes: [{ entity: queue }] });
  });

  it("does not blame what is downstream of what hurts, nor what nothing that hurts needs", () => {
    const world = shop(
      {
        alerts: [alert("Errors", stock, 9)],
        rules: [errorRule("Errors", stock, hurt.errors)],
        events: [event(pod("frontend"), "OOMKilling", { message: "oom", first: 13, count: 3 })],
      },
      { frontend: hurt, cart: hurt, stock: hurt },
    );
    const { diagnosis } = run(world);
    expect(diagnosis.causes[0]?.entity).toBe(stock);
    const unconnected = diagnosis.causes.find(({ entity }) => entity === id("deployment", "frontend"));
    expect(unconnected?.against.map(({ what }) => what)).toContain("not_connected");
  });

  it("does not blame what began long after others were hurt", () => {
    const late = { events: [event(pod("stock"), "OOMKilling", { message: "oom", first: 2, count: 1 })] };
    const old = { frontend: { errors: step(0.001, 0.3, { since: 30 }) }, cart: { errors: step(0.001, 0.3, { since: 30 }) } };
    const { diagnosis } = run(shop(late, old));
    const stocks = diagnosis.causes.find(({ entity }) => entity === id("deployment", "stock"));
    expect(stocks?.against.map(({ what }) => what)).toContain("began_after");
    expect(diagnosis.verdict).not.toBe("confirmed");
  });

  it("does not blame a condition that stood before the window", () => {
    const world = shop(
      {
        objects: [
          ...["frontend", "cart", "stock"].flatMap((name) => app(name).objects),
          node("worker-1", { MemoryPressure: { status: "True", since: ago(60 * 30) } }),
        ],
      },
      { cart: hurt },
    );
    const pressured = causes(world).find(({ fault }) => fault === "node_memory_pressure");
    expect(pressured?.against.map(({ what }) => what)).toContain("began_long_before");
  });

  it("ends on services that call each other in a circle", () => {
    const [first] = causes(shop({ ...killed, edges: [calls(stock, front)] }, { cart: hurt, stock: hurt }));
    expect(first).toMatchObject({ entity: id("deployment", "stock"), fault: "out_of_memory" });
  });

  it("works without any topology, and is then less sure", () => {
    const world = shop(killed, { cart: hurt, stock: hurt });
    const blind = {
      ...world,
      fails: (question) => (question.about === "topology" ? "timeout" : null),
      alerts: [alert("Errors", stock, 9)],
      rules: [errorRule("Errors", stock, hurt.errors)],
    } as World;
    const { diagnosis } = run(blind);
    expect(diagnosis.causes[0]).toMatchObject({ entity: id("deployment", "stock"), fault: "out_of_memory" });
    expect(diagnosis.unknown.some(({ question }) => question.about === "topology")).toBe(true);
  });
});

describe("an alert on something other than a service", () => {
  it("on a node leads to the node", () => {
    const world: World = {
      ...emptyWorld(asOf),
      alerts: [alert("NodeDisk", id("node", "worker-1"), 9)],
      objects: [node("worker-1", { DiskPressure: { status: "True", since: ago(12) } })],
      events: [event(id("node", "worker-1"), "NodeHasDiskPressure", { message: "disk", first: 12 })],
      rules: [{ ...errorRule("NodeDisk", id("node", "worker-1"), step(0.01, 0.9, { since: 12 })) }],
    };
    expect(causes(world)[0]).toMatchObject({ entity: id("node", "worker-1"), fault: "node_disk_pressure" });
  });

  it("on a pod leads to its workload", () => {
    const crashed = app("cart", {
      available: 0,
      container: { restartCount: 6, ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } },
      pod: { created_at: ago(12) },
    });
    const world: World = {
      ...emptyWorld(asOf),
      alerts: [alert("PodCrashLooping", pod("cart"), 9)],
      objects: crashed.objects,
      edges: crashed.edges,
    };
    expect(causes(world)[0]).toMatchObject({ entity: id("deployment", "cart"), fault: "crash_loop" });
  });

  it("with a name that is no valid encoding ends in a diagnosis all the same", () => {
    const broken = "eu-1/shop/service/%E0%A4%A";
    const scope = scopeOf({ asOf, alerts: [alert("A", broken, 5)], entities: [], deployment: null });
    expect(diagnose(scope, []).verdict).toBe("inconclusive");
  });
});

it("counts another alert that fires nearby as something felt there", () => {
  const world = shop({ series: [] }, { frontend: {}, cart: {}, stock: {} });
  const question = { about: "alerts", in: id("namespace", "shop", ""), window: { from: ago(100), to: asOf } } as const;
  const scope = scopeOf({ asOf, alerts: world.alerts, entities: [], deployment: null });
  const firing = { name: "QueueFull", entity: stock, state: "firing" as const, from: ago(10), to: null, readings: [] };
  const told = {
    ...answerOf(world, question),
    kind: "answered" as const,
    data: { about: "alerts" as const, alerts: [firing] },
    coverage: { from: ago(100), to: asOf, complete: true, missing_share: 0 },
  };
  expect(diagnose(scope, [told]).findings.map(({ what }) => what)).toContain("alert_firing");
});

it("takes milliseconds and percent for what they are", () => {
  const world = shop({}, {});
  const odd = world.series.map((series) => {
    if (series.signal === "golden:latency") return { ...series, unit: "ms", curve: (at: number) => (series.curve(at) ?? 0) * 1_000 };
    return series.signal === "golden:errors" ? { ...series, unit: "%", curve: (at: number) => (series.curve(at) ?? 0) * 100 } : series;
  });
  const plain = run({ ...world, series: world.series.filter(({ of }) => of === front) }).diagnosis;
  const converted = run({ ...world, series: odd.filter(({ of }) => of === front) }).diagnosis;
  expect(converted.findings.map(({ text }) => text.en)).toEqual(plain.findings.map(({ text }) => text.en));
});

describe("how much of what alerts depends on a cause", () => {
  const reach = (alerting: readonly EntityId[]) => {
    const alerts = alerting.map((entity, i) => alert(`Errors${i}`, entity, 9));
    const rules = alerting.map((entity, i) => errorRule(`Errors${i}`, entity, step(0.001, 0.25, { since: 12 })));
    const found = causes(shop({ alerts, rules }, { cart: hurt })).find(({ entity }) => entity === cart);
    return found?.parts.find(({ name }) => name === "reach")?.text.en;
  };

  it("is told by count, and all only where it is all", () => {
    expect(reach([front])).toBe("Everything that alerts is this object or depends on it");
    expect(reach([front, cart, stock])).toBe("2 of 3 that alert are this object or depend on it; not service stock");
  });
});
