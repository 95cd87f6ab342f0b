import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Sources on loopback that answer after a delay and count what is in flight. */
export interface TimedSources {
  readonly prometheusUrl: string;
  readonly lokiUrl: string;
  readonly kubernetesUrl: string;
  /** The most calls that were in flight at once, by source. */
  readonly peaks: Readonly<Record<"prometheus" | "loki" | "kubernetes", number>>;
  /** The calls since the last `setDelay`, in milliseconds of this process's clock. */
  readonly calls: readonly { readonly from: number; readonly to: number }[];
  /** Puts a service into the service graph, with the api and the store behind it. */
  addService(service: string): void;
  setDelay(ms: number): void;
  close(): void;
}

const graphMetric = "traces_service_graph_request_total";
const metricNames = [
  "http_server_request_duration_seconds_bucket",
  "http_server_request_duration_seconds_count",
  "http_server_request_duration_seconds_sum",
  "container_memory_working_set_bytes",
  graphMetric,
];
const labelNames = ["__name__", "service", "namespace", "cluster", "le", "http_response_status_code", "client", "server"];
const place = { namespace: "bench", cluster: "bench" };
const faultSeconds = 300;

/** The names that a query selects by a label. */
function selected(query: string, label: string): string[] {
  return [...query.matchAll(new RegExp(`\\b${label}=~?"([^"]+)"`, "g"))].flatMap((match) =>
    (match[1] ?? "").replaceAll("\\", "").split("|"),
  );
}

// Whoever is asked about fails since five minutes, so that a diagnosis looks at all it can look at.
function samplesOf(url: URL, query: string): [number, string][] {
  const [start = 0, end = 0, step = 60] = ["start", "end", "step"].map((name) => Number.parseFloat(url.searchParams.get(name) ?? "60"));
  const level = (at: number) => (query.includes("5..") ? (at > end - faultSeconds ? 0.3 : 0.001) : 1) * (1 + (at % 7) / 100);
  const points = Math.min(11_000, Math.floor((end - start) / step) + 1);
  return Array.from({ length: points }, (_, index) => [start + index * step, String(level(start + index * step))]);
}

const edges: { client: string; server: string }[] = [];
const edgesMax = 6;

/** A graph of the newest services only: an installation's graph does not grow with each incident. */
function addService(service: string): void {
  const [api, store] = [`${service}-api`, `${service}-store`];
  edges.push({ client: service, server: api }, { client: api, server: store });
  edges.splice(0, Math.max(0, edges.length - edgesMax));
}

function queryBody(url: URL): object {
  const query = url.searchParams.get("query") ?? "";
  const isRange = url.pathname.endsWith("/query_range");
  if (!isRange) return { resultType: "vector", result: [] };
  const values = samplesOf(url, query);
  const rows = (labels: readonly object[]) => ({
    resultType: "matrix",
    result: labels.map((each) => ({ metric: { ...each, ...place }, values })),
  });
  if (query.startsWith("ALERTS")) return rows([]);
  if (query.includes(graphMetric)) return rows(edges);
  return rows(selected(query, "service").map((service) => ({ service })));
}

function prometheusBody(url: URL): object {
  const success = (data: unknown) => ({ status: "success", data });
  if (url.pathname.endsWith("/label/__name__/values")) return success(metricNames);
  if (url.pathname.endsWith("/labels")) return success(labelNames);
  if (url.pathname.endsWith("/rules")) return success({ groups: [] });
  if (url.pathname.endsWith("/alerts")) return success({ alerts: [] });
  if (url.pathname.endsWith("/series")) return success(metricNames.map((name) => ({ __name__: name, service: "checkout", ...place })));
  return success(queryBody(url));
}

function lokiBody(url: URL): object {
  const services = selected(url.searchParams.getAll("match[]").join(" "), "service_name");
  if (url.pathname.endsWith("/series")) return { status: "success", data: services.map((service_name) => ({ service_name, ...place })) };
  if (url.pathname.endsWith("/labels")) return { status: "success", data: ["service_name", "namespace", "cluster"] };
  return { status: "success", data: { resultType: "streams", result: [] } };
}

async function paramsOf(request: IncomingMessage): Promise<URL> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  for (const [name, value] of new URLSearchParams(body)) url.searchParams.set(name, value);
  return url;
}

/** Starts the three sources; every answer is well-formed: whatever service is asked about fails, and so does what it calls. */
export async function startTimedSources(delayMs: number): Promise<TimedSources> {
  let delay = delayMs;
  const peaks = { prometheus: 0, loki: 0, kubernetes: 0 };
  const calls: { from: number; to: number }[] = [];
  const open = async (name: keyof typeof peaks, bodyOf: (url: URL) => object) => {
    let inFlight = 0;
    const handle = async (request: IncomingMessage, response: ServerResponse) => {
      peaks[name] = Math.max(peaks[name], ++inFlight);
      const from = performance.now();
      const url = await paramsOf(request);
      await new Promise((resolve) => setTimeout(resolve, delay));
      inFlight--;
      calls.push({ from, to: performance.now() });
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(bodyOf(url)));
    };
    const server = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  };
  const prometheus = await open("prometheus", prometheusBody);
  const loki = await open("loki", lokiBody);
  const kubernetes = await open("kubernetes", () => ({ kind: "List", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: [] }));
  return {
    prometheusUrl: prometheus.url,
    lokiUrl: loki.url,
    kubernetesUrl: kubernetes.url,
    peaks,
    calls,
    addService,
    setDelay: (ms) => {
      delay = ms;
      calls.length = 0;
    },
    close: () => [prometheus, loki, kubernetes].forEach(({ server }) => (server.closeAllConnections(), server.close())),
  };
}

/** A kubeconfig for a server without TLS. */
export function kubeconfigFor(url: string): string {
  return JSON.stringify({
    apiVersion: "v1", kind: "Config", clusters: [{ name: "bench", cluster: { server: url, "insecure-skip-tls-verify": true } }], users: [{ name: "bench", user: {} }],
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }], "current-context": "bench",
  }); // prettier-ignore
}
