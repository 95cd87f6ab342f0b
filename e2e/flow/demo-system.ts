import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Counter, Histogram, Registry } from "prom-client";

/** How a version of a service behaves. */
export interface Behaviour {
  readonly version: string;
  readonly latencyMs: number;
  readonly failureRatio: number;
  readonly errorLine: string | null;
}

interface DemoService {
  readonly name: string;
  readonly url: string;
  readonly calls: string | null;
  deploy(behaviour: Behaviour): void;
  close(): Promise<void>;
}

export interface LogLine {
  readonly service: string;
  readonly level: "info" | "error";
  readonly line: string;
}

const healthy: Behaviour = { version: "1.0.0", latencyMs: 10, failureRatio: 0, errorLine: null };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Metrics of one service: server side as OpenTelemetry names them, client side as a service graph does. */
function metricsOf(name: string) {
  const registry = new Registry();
  const duration = new Histogram({
    name: "http_server_request_duration_seconds", help: "Duration of requests", labelNames: ["http_response_status_code", "http_route"], registers: [registry],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  }); // prettier-ignore
  const graph = new Counter({
    name: "traces_service_graph_request_total",
    help: "Calls between services",
    labelNames: ["client", "server"],
    registers: [registry],
  });
  return { registry, duration, graph, name };
}

async function answer(
  service: { behaviour: Behaviour; next: string | null; log: (line: LogLine) => void; name: string },
  turn: number,
): Promise<number> {
  const { behaviour, next, log, name } = service;
  await sleep(behaviour.latencyMs);
  // Every n-th request fails: a ratio without chance.
  const fails = behaviour.failureRatio > 0 && turn % Math.round(1 / behaviour.failureRatio) === 0;
  if (fails) {
    if (behaviour.errorLine) log({ service: name, level: "error", line: `${behaviour.errorLine} (request ${turn})` });
    return 500;
  }
  if (!next) return 200;
  const reply = await fetch(next).catch(() => null);
  await reply?.text();
  if (reply?.ok) return 200;
  log({ service: name, level: "error", line: `upstream ${new URL(next).port} answered ${reply?.status ?? "nothing"} (request ${turn})` });
  return 502;
}

/** Starts one service on any port of loopback. `next` is what it calls for each request. */
async function startService(name: string, next: DemoService | null, log: (line: LogLine) => void): Promise<DemoService> {
  const { registry, duration, graph } = metricsOf(name);
  let behaviour = healthy;
  let turn = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === "/metrics") return response.end(await registry.metrics());
    const end = duration.startTimer();
    if (next) graph.inc({ client: name, server: next.name });
    const status = await answer({ behaviour, next: next?.url ?? null, log, name }, ++turn);
    end({ http_response_status_code: String(status), http_route: "/" });
    return response.writeHead(status).end();
  };
  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    name,
    url: `http://127.0.0.1:${port}/`,
    calls: next?.name ?? null,
    deploy: (to) => void (behaviour = to),
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

async function pushLogs(
  lokiUrl: string,
  labels: Readonly<Record<string, string>>,
  lines: readonly { at: bigint; entry: LogLine }[],
): Promise<void> {
  const streams = Map.groupBy(lines, ({ entry }) => `${entry.service} ${entry.level}`);
  const body = [...streams.values()].map((group) => {
    const { service, level } = group[0]!.entry;
    return {
      stream: { ...labels, service_name: service, level },
      values: group.map(({ at, entry }) => [String(at), `level=${level} ${entry.line}`]),
    };
  });
  await fetch(`${lokiUrl}/loki/api/v1/push`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ streams: body }),
  }).catch(() => null);
}

export interface DemoSystem {
  readonly services: readonly DemoService[];
  /** Prometheus scrape configuration of the three services. */
  readonly scrapeConfigs: string;
  close(): Promise<void>;
}

/** Three services, frontend → cart → checkout, under a steady load, with real metrics and logs. */
export async function startDemoSystem(input: {
  cluster: string;
  namespace: string;
  lokiUrl: string | null;
  requestsPerSecond: number;
}): Promise<DemoSystem> {
  const waiting: { at: bigint; entry: LogLine }[] = [];
  const log = (entry: LogLine) => void waiting.push({ at: BigInt(Date.now()) * 1_000_000n, entry });
  const checkout = await startService("checkout", null, log);
  const cart = await startService("cart", checkout, log);
  const frontend = await startService("frontend", cart, log);
  const load = setInterval(() => void fetch(frontend.url).then((reply) => reply.text(), () => null), 1_000 / input.requestsPerSecond); // prettier-ignore
  const labels = { cluster: input.cluster, namespace: input.namespace };
  const chatter = setInterval(() => {
    for (const name of ["frontend", "cart", "checkout"]) log({ service: name, level: "info", line: "handled requests" });
    if (input.lokiUrl) void pushLogs(input.lokiUrl, labels, waiting.splice(0));
  }, 1_000);
  const services = [frontend, cart, checkout];
  return {
    services,
    scrapeConfigs: scrapeConfigsOf(services, labels),
    close: async () => {
      clearInterval(load);
      clearInterval(chatter);
      await Promise.all(services.map((service) => service.close()));
    },
  };
}

function scrapeConfigsOf(services: readonly DemoService[], labels: { cluster: string; namespace: string }): string {
  const jobs = services.map(
    ({ name, url }) =>
      `- job_name: ${labels.namespace}-${name}\n  static_configs: [{targets: ["${new URL(url).host}"], labels: {service: ${name}, namespace: ${labels.namespace}, cluster: ${labels.cluster}}}]`,
  );
  return jobs.join("\n");
}
