import { ago, alert, app, asOf, calls, change, errorRule, event, golden, node, steady, step } from "./builders.ts";
import { emptyWorld, id, type World } from "./world.ts";

const decoys = (): World["changes"] => [
  change("payments 1.9.1", id("deployment", "payments"), { minutesAgo: 20 }),
  change("frontend 3.0.2", id("deployment", "frontend"), { minutesAgo: 6 }),
];

/** A deployment that is killed for lack of memory: `culprit` calls nobody, the others call it. */
export function outOfMemory(culprit = "checkout", other = "cart"): World {
  const killed = {
    restartCount: 5,
    ready: false,
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: ago(2) } },
  };
  const broken = app(culprit, { available: 0, container: killed, pod: { created_at: ago(15) } });
  const [fine, front] = [app(other), app("frontend", { node: "worker-2" })];
  const service = id("service", culprit);
  return {
    ...emptyWorld(asOf),
    alerts: [alert("HighErrorRate", service, 10)],
    rules: [errorRule("HighErrorRate", service, step(0.002, 0.38, { since: 13 }))],
    series: [
      ...golden(service, { errors: step(0.002, 0.38, { since: 13 }), latency: step(0.12, 0.7, { since: 13 }) }),
      ...golden(id("service", other)),
      ...golden(id("service", "frontend"), { errors: step(0.001, 0.09, { since: 12 }) }),
      { of: service, signal: "resource:memory:limit", unit: "1", curve: step(0.5, 0.99, { since: 14 }) },
    ],
    patterns: [{ of: service, template: "allocating <n> MiB for the price table", level: "warn", lines: step(0, 4, { since: 14 }) }],
    objects: [...broken.objects, ...fine.objects, ...front.objects, node("worker-1"), node("worker-2")],
    events: [
      event(id("pod", `${culprit}-5d4f8b9c7-x2x9z`), "BackOff", {
        message: "Back-off restarting failed container",
        first: 12,
        last: 1,
        count: 18,
      }),
    ],
    changes: [change(`${culprit} 2.14.0`, id("deployment", culprit), { minutesAgo: 16, from: "2.13.2", to: "2.14.0" }), ...decoys()],
    edges: [
      ...broken.edges,
      ...fine.edges,
      ...front.edges,
      calls(id("service", "frontend"), service),
      calls(id("service", "frontend"), id("service", other)),
    ],
  };
}

/** A shared service whose connection pool was made too small; three services that lead to it alert, it does not. */
export function poolExhausted(culprit = "orders", sibling = "stock"): World {
  const names = ["frontend", "checkout", "cart", culprit, sibling];
  const apps = names.map((name, i) => app(name, { node: `worker-${1 + (i % 2)}` }));
  const [front, checkout, cart, shared, other] = names.map((name) => id("service", name)) as [string, string, string, string, string];
  const hurt = [front, checkout, cart];
  const slow = { errors: step(0.002, 0.2, { since: 17 }), latency: step(0.2, 4, { since: 18 }) };
  return {
    ...emptyWorld(asOf),
    alerts: hurt.map((entity) => alert("HighErrorRate", entity, 14)),
    rules: hurt.map((entity) => errorRule("HighErrorRate", entity, step(0.002, 0.2, { since: 17 }))),
    series: [
      ...hurt.flatMap((entity) => golden(entity, slow)),
      ...golden(shared, { errors: step(0.001, 0.25, { since: 18 }), latency: step(0.05, 5, { since: 19 }) }),
      ...golden(other),
      { of: shared, signal: "named:pool_used", unit: "{connection}", curve: step(11, 5, { since: 19 }) },
      { of: shared, signal: "named:pool_waiting", unit: "{request}", curve: step(0, 34, { since: 19 }) },
      { of: other, signal: "named:pool_used", unit: "{connection}", curve: steady(9) },
      { of: other, signal: "named:pool_waiting", unit: "{request}", curve: steady(0) },
    ],
    patterns: [
      { of: shared, template: "timeout after <n> ms while acquiring a connection from the pool", level: "error", lines: step(0, 25, { since: 19 }) },
      { of: checkout, template: `POST http://${culprit}/orders: upstream request timeout`, level: "error", lines: step(0, 12, { since: 17 }) },
    ],
    objects: [...apps.flatMap(({ objects }) => objects), node("worker-1"), node("worker-2")],
    changes: [
      change("pool.max 20 → 5", shared, { minutesAgo: 21, kind: "config", from: "pool.max=20", to: "pool.max=5" }),
      change("frontend 3.0.2", id("deployment", "frontend"), { minutesAgo: 9 }),
      change("payments 1.9.1", id("deployment", "payments"), { minutesAgo: 25 }),
    ],
    edges: [
      ...apps.flatMap(({ edges }) => edges),
      calls(front, checkout), calls(front, cart), calls(checkout, shared), calls(cart, shared), calls(checkout, other), calls(shared, id("database", "orders-db")),
    ],
  }; // prettier-ignore
}

/** A node out of disk that evicts the pods of two services. */
export function nodeOutOfDisk(culprit = "worker-2", fine = "worker-1"): World {
  const evicted = {
    status: { phase: "Failed", reason: "Evicted", message: "The node was low on resource: ephemeral-storage.", startTime: ago(300) },
  };
  const [search, catalog, cart] = [
    app("search", { node: culprit, pod: evicted, available: 0 }),
    app("catalog", { node: culprit, pod: evicted, available: 0 }),
    app("cart", { node: fine }),
  ];
  const hurt = [id("service", "search"), id("service", "catalog")];
  return {
    ...emptyWorld(asOf),
    alerts: hurt.map((entity) => alert("HighErrorRate", entity, 9)),
    rules: hurt.map((entity) => errorRule("HighErrorRate", entity, step(0.002, 0.5, { since: 12 }))),
    series: [
      ...hurt.flatMap((entity) => golden(entity, { errors: step(0.002, 0.5, { since: 12 }) })),
      ...golden(id("service", "cart")),
      { of: id("node", culprit), signal: "resource:disk:capacity", unit: "1", curve: step(0.7, 0.97, { since: 20 }) },
      { of: id("node", fine), signal: "resource:disk:capacity", unit: "1", curve: steady(0.4) },
    ],
    objects: [
      ...[search, catalog, cart].flatMap(({ objects }) => objects),
      node(culprit, { DiskPressure: { status: "True", since: ago(15), message: "kubelet has disk pressure" } }),
      node(fine),
    ],
    events: [
      event(id("node", culprit), "NodeHasDiskPressure", { message: `Node ${culprit} status is now: NodeHasDiskPressure`, first: 15 }),
      ...["search", "catalog"].map((name) =>
        event(id("pod", `${name}-5d4f8b9c7-x2x9z`), "Evicted", { message: "The node was low on resource: ephemeral-storage.", first: 13 }),
      ),
    ],
    changes: decoys(),
    edges: [...[search, catalog, cart].flatMap(({ edges }) => edges), calls(id("service", "search"), id("service", "catalog"))],
  };
}

/** A blip of two minutes: the rule fired, and everything is normal again. */
export function falseAlarm(name = "payments"): World {
  const [own, front] = [app(name), app("frontend")];
  const service = id("service", name);
  return {
    ...emptyWorld(asOf),
    alerts: [alert("HighErrorRate", service, 12)],
    rules: [errorRule("HighErrorRate", service, step(0.002, 0.07, { since: 15, until: 12 }))],
    series: [...golden(service, { errors: step(0.002, 0.07, { since: 15, until: 13 }) }), ...golden(id("service", "frontend"))],
    objects: [...own.objects, ...front.objects, node("worker-1")],
    changes: [change("frontend 3.0.2", id("deployment", "frontend"), { minutesAgo: 50 })],
    edges: [...own.edges, ...front.edges, calls(id("service", "frontend"), service)],
  };
}
