import { ConfigurationError, readEnvironment } from "@sre/service-kit";
import { describe, expect, test } from "vitest";
import { readSources, sourcesEnvironment } from "./sources-config.ts";

const files: Readonly<Record<string, string>> = {
  "sources.yaml": `
sources:
  - {name: eu, kind: prometheus, cluster: eu-1, url: "https://prom.eu/prometheus/", bearer_token_file: token, ca_file: ca, tenant: team-a, in_flight_max: 3}
  - {name: logs, kind: loki, cluster: eu-1, url: "http://loki:3100", basic: {username: u, password: p}}
  - {name: k8s, kind: kubernetes, cluster: eu-1, kubeconfig_file: kc, context: admin}
  - {name: cp, kind: control-plane}
`,
  token: "t0ken\n",
  ca: "CERTIFICATE",
  "twice.yaml": "sources: [{name: a, kind: control-plane}, {name: a, kind: control-plane}]",
  "bad.yaml": "sources: [{name: a, kind: prometheus, url: 'ftp://secret-host'}]",
  "no.yaml": "{{",
  "conventions.yaml": `
labels: {service: [team_service]}
conventions: [{id: ours, signal: {named: queue_depth}, kinds: [service], unit: "{message}", measure: {form: quantity, of: {metric: our_queue, as: gauge}}}]
without: [queue_depth]
`,
};
function readFile(path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error("ENOENT");
  return text;
}
const read = (env: Record<string, string>) => readSources(readEnvironment(sourcesEnvironment, env), readFile);

describe("sources", () => {
  test("one variable for each kind, the control plane always", () => {
    const sources = read({
      PROMETHEUS_URL: "http://localhost:9090/",
      LOKI_URL: "http://localhost:3100",
      LOKI_TENANT: "t",
      KUBECONFIG: "kc",
      SOURCES_CLUSTER: "eu-1",
    });
    expect(sources.map(({ kind, cluster }) => [kind, cluster])).toEqual([["prometheus", "eu-1"], ["loki", "eu-1"], ["kubernetes", "eu-1"], ["control-plane", null]]); // prettier-ignore
    expect(sources[0]).toMatchObject({ access: { url: "http://localhost:9090", authorization: null, tls: null } });
    expect(sources[1]).toMatchObject({ access: { tenant: "t" } });
    expect(read({}).map(({ kind }) => kind)).toEqual(["control-plane"]);
  });

  test("a file lists them with credentials, certificates, tenants and caps", () => {
    const [eu, logs, k8s] = read({ SOURCES_FILE: "sources.yaml", PROMETHEUS_URL: "http://ignored" });
    expect(eu).toMatchObject({
      name: "eu",
      inFlightMax: 3,
      access: { url: "https://prom.eu/prometheus", authorization: "Bearer t0ken", tenant: "team-a", tls: { ca: "CERTIFICATE" } },
    });
    expect(logs).toMatchObject({ access: { authorization: `Basic ${Buffer.from("u:p").toString("base64")}` } });
    expect(k8s).toMatchObject({ kubeconfigFile: "kc", context: "admin" });
  });

  test.each(["twice.yaml", "bad.yaml", "no.yaml", "missing.yaml"])("%s is refused by its field's name, without its values", (file) => {
    const attempt = () => read({ SOURCES_FILE: file });
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(/SOURCES_FILE/);
    expect(attempt).not.toThrow(/secret-host/);
  });

  test("conventions of a file come before the built-in ones, which can be left out", () => {
    const [prometheus] = read({ PROMETHEUS_URL: "http://p", PROMETHEUS_CONVENTIONS_FILE: "conventions.yaml" });
    if (prometheus?.kind !== "prometheus") throw new Error("expected Prometheus first");
    const { labels, measures } = prometheus.conventions;
    expect(labels.service[0]).toBe("team_service");
    expect(labels.service).toContain("service_name");
    expect(measures[0]?.id).toBe("ours");
    expect(measures.map(({ id }) => id)).not.toContain("queue_depth");
    expect(() => read({ PROMETHEUS_URL: "http://p", PROMETHEUS_CONVENTIONS_FILE: "twice.yaml" })).toThrow(/PROMETHEUS_CONVENTIONS_FILE/);
  });
});
