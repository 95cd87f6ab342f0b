import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Sources on loopback that answer after a delay and count what is in flight. */
export interface TimedSources {
  readonly prometheusUrl: string;
  readonly lokiUrl: string;
  readonly kubernetesUrl: string;
  /** The most calls that were in flight at once, by source. */
  readonly peaks: Readonly<Record<"prometheus" | "loki" | "kubernetes", number>>;
  setDelay(ms: number): void;
  close(): void;
}

const metricNames = [
  "http_server_request_duration_seconds_bucket",
  "http_server_request_duration_seconds_count",
  "http_server_request_duration_seconds_sum",
  "container_memory_working_set_bytes",
];
const labelNames = ["__name__", "service", "namespace", "cluster", "le", "http_response_status_code"];

function prometheusBody(url: URL): object {
  const success = (data: unknown) => ({ status: "success", data });
  if (url.pathname.endsWith("/label/__name__/values")) return success(metricNames);
  if (url.pathname.endsWith("/labels")) return success(labelNames);
  if (url.pathname.endsWith("/rules")) return success({ groups: [] });
  if (url.pathname.endsWith("/alerts")) return success({ alerts: [] });
  if (url.pathname.endsWith("/series"))
    return success(metricNames.map((name) => ({ __name__: name, service: "checkout", namespace: "bench", cluster: "bench" })));
  if (!url.pathname.endsWith("/query_range")) return success({ resultType: "vector", result: [] });
  const [start, end, step] = ["start", "end", "step"].map((name) => Number.parseFloat(url.searchParams.get(name) ?? "60")) as [
    number,
    number,
    number,
  ];
  const values = Array.from({ length: Math.min(11_000, Math.floor((end - start) / step) + 1) }, (_, index) => [
    start + index * step,
    String(1 + (index % 7) / 100),
  ]);
  return success({ resultType: "matrix", result: [{ metric: { service: "checkout", namespace: "bench", cluster: "bench" }, values }] });
}

function lokiBody(url: URL): object {
  if (url.pathname.endsWith("/labels")) return { status: "success", data: ["service_name", "namespace", "cluster"] };
  if (url.pathname.includes("/label/")) return { status: "success", data: ["checkout"] };
  return { status: "success", data: { resultType: "streams", result: [] } };
}

async function paramsOf(request: IncomingMessage): Promise<URL> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  for (const [name, value] of new URLSearchParams(body)) url.searchParams.set(name, value);
  return url;
}

/** Starts the three sources; every answer is well-formed, and empty but for steady series. */
export async function startTimedSources(delayMs: number): Promise<TimedSources> {
  let delay = delayMs;
  const peaks = { prometheus: 0, loki: 0, kubernetes: 0 };
  const open = async (name: keyof typeof peaks, bodyOf: (url: URL) => object) => {
    let inFlight = 0;
    const handle = async (request: IncomingMessage, response: ServerResponse) => {
      peaks[name] = Math.max(peaks[name], ++inFlight);
      const url = await paramsOf(request);
      await new Promise((resolve) => setTimeout(resolve, delay));
      inFlight--;
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
    setDelay: (ms) => void (delay = ms),
    close: () => [prometheus, loki, kubernetes].forEach(({ server }) => (server.closeAllConnections(), server.close())),
  };
}

/** A kubeconfig for a server without TLS. */
export function kubeconfigFor(url: string): string {
  return JSON.stringify({
    apiVersion: "v1", kind: "Config", clusters: [{ name: "bench", cluster: { server: url } }], users: [{ name: "bench", user: { token: "bench" } }],
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }], "current-context": "bench",
  }); // prettier-ignore
}
