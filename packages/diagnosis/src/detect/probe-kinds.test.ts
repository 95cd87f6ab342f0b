import { describe, expect, it } from "vitest";
import { event } from "../testing/builders.ts";
import { cartOf, detected, kindsOf } from "../testing/detected.ts";
import { id } from "../testing/world.ts";

const pod = id("pod", "cart-5d4f8b9c7-x2x9z");
const ports = [{ containerPort: 8080, name: "http" }];
const right = { httpGet: { port: 8080, path: "/" }, periodSeconds: 10, failureThreshold: 3 };
const container = (probes: Record<string, unknown>) => ({ containers: [{ name: "cart", ports, ...probes }] });
const unready = (restartCount: number) => ({
  phase: "Running",
  containerStatuses: [{ name: "cart", ready: false, restartCount, state: { running: {} } }],
});
const failing = (word: string, message: string) =>
  event(pod, "Unhealthy", { message: `${word} probe failed: ${message}`, first: 9, last: 1, count: 20 });
const kinds = (probes: Record<string, unknown>, events: ReturnType<typeof event>[], restarts = 0) =>
  [...kindsOf(detected({ objects: cartOf({ template: container(probes), status: unready(restarts) }), events }))].filter((what) => what.includes("probe_")); // prettier-ignore

const refused = "Get http://10.1.2.3:9090/: dial tcp 10.1.2.3:9090: connect: connection refused";
const garbled = 'Get "http://10.1.2.3:8080/": net/http: HTTP/1.x transport connection broken: malformed HTTP status code';
const silent = 'timeout: failed to connect service "10.1.2.3:8080" within 1s: context deadline exceeded';
const hasty = { grpc: { port: 8080 }, initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 1 };

describe("a probe that fails", () => {
  it.each([
    ["liveness_probe_port", { livenessProbe: { ...right, httpGet: { port: 9090 } }, readinessProbe: right }, [failing("Liveness", refused)]],
    ["readiness_probe_port", { readinessProbe: { tcpSocket: { port: 9090 } }, livenessProbe: right }, [failing("Readiness", refused)]],
    ["readiness_probe_port", { readinessProbe: { httpGet: { port: "metrics" } } }, [failing("Readiness", refused)]],
    ["readiness_probe_protocol", { readinessProbe: right, livenessProbe: { grpc: { port: 8080 } } }, [failing("Readiness", garbled)]],
    ["liveness_probe_protocol", { livenessProbe: right }, [failing("Liveness", garbled)]],
    ["liveness_probe_protocol", { livenessProbe: { grpc: { port: 8080 } } }, [failing("Liveness", "rpc error: code = Unimplemented desc = unknown service grpc.health.v1.Health")]],
    ["liveness_probe_protocol", { livenessProbe: { ...right, httpGet: { port: 8080, scheme: "HTTPS" } } }, [failing("Liveness", "http: server gave HTTP response to HTTPS client")]],
    ["liveness_probe_protocol", { livenessProbe: right, readinessProbe: { grpc: { port: 8080 } } }, [failing("Liveness", "Get http://10.1.2.3:8080/: EOF")]],
  ] as [string, Record<string, unknown>, ReturnType<typeof event>[]][])("tells %s (%#)", (what, probes, events) => {
    expect(kinds(probes, events, 3)).toEqual(["probe_failing", what].filter((each) => each !== "probe_failing").concat("probe_failing"));
  }); // prettier-ignore

  it("tells that it gives up before anything can have started", () => {
    const events = [failing("Liveness", silent), failing("Readiness", silent)];
    expect(kinds({ livenessProbe: hasty, readinessProbe: { grpc: { port: 8080 } } }, events, 4)).toContain("liveness_probe_timing");
  });

  it.each([
    ["the server answers with an error", { readinessProbe: right }, failing("Readiness", "HTTP probe failed with statuscode: 503")],
    ["nobody listens yet on the right port", { readinessProbe: right }, failing("Readiness", silent)],
    ["it is hasty, but the container was never restarted", { livenessProbe: hasty }, failing("Liveness", silent)],
    ["the container declares no port", { containers: [], readinessProbe: undefined }, failing("Readiness", refused)],
  ] as [string, Record<string, unknown>, ReturnType<typeof event>][])("tells nothing finer when %s", (_, probes, one) => {
    expect(kinds(probes, [one])).toEqual(["probe_failing"]);
  });

  it("is judged by how the workload declares it where a mesh rewrote the pod's own", () => {
    const rewritten = container({ readinessProbe: { httpGet: { port: 15020, path: "/app-health/cart/readyz" } } });
    const objects = cartOf({ template: container({ readinessProbe: right }), pod: rewritten, status: unready(0) });
    const message = 'Get "http://10.1.2.3:15020/app-health/cart/readyz": dial tcp 10.1.2.3:15020: connect: connection refused';
    expect([...kindsOf(detected({ objects, events: [failing("Readiness", message)] }))]).not.toContain("readiness_probe_port");
  });
});
