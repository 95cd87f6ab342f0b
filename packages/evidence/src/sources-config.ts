import { ConfigurationError, flag } from "@sre/service-kit";
import { parse } from "yaml";
import { z } from "zod";
import { readConventions, type Conventions } from "./prometheus/conventions.ts";

/** How a source lets us in; files are read already. Values never appear in errors or logs. */
export interface SourceAccess {
  readonly url: string;
  /** Value of the Authorization header. */
  readonly authorization: string | null;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string } | null;
  /** Sent as X-Scope-OrgID. */
  readonly tenant: string | null;
}

interface Common {
  readonly name: string;
  readonly cluster: string | null;
  /** Calls under way at once, over all replicas. */
  readonly inFlightMax: number;
  readonly deadlineMs: number;
}

export type PrometheusConfig = Common & { readonly kind: "prometheus"; readonly access: SourceAccess; readonly conventions: Conventions };
export type LokiConfig = Common & { readonly kind: "loki"; readonly access: SourceAccess; readonly conventions: Conventions };
/** `kubeconfigFile` null: the service account of the pod. */
export type KubernetesConfig = Common & {
  readonly kind: "kubernetes";
  readonly kubeconfigFile: string | null;
  readonly context: string | null;
};
export type ControlPlaneConfig = Common & { readonly kind: "control-plane" };
/** One recorded file. */
export type SnapshotConfig = Common & { readonly kind: "snapshot"; readonly file: string };
export type SourceConfig = PrometheusConfig | LokiConfig | KubernetesConfig | ControlPlaneConfig | SnapshotConfig;

// Prometheus runs twenty queries at once unless it is told otherwise; a round of a diagnosis asks about as many.
export const sourceDefaults = { inFlightMax: 20, deadlineMs: 15_000 } as const;
const sourcesMax = 50;

const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });

/** Where evidence comes from: one file that lists the sources, or one variable for each kind. */
export const sourcesEnvironment = z.object({
  SOURCES_FILE: z
    .string()
    .optional()
    .meta({ description: "YAML or JSON file that lists the sources; set, it replaces the variables below" }),
  SOURCES_CLUSTER: z.string().optional().meta({ description: "name of the cluster that the sources below know; unset: any" }),
  PROMETHEUS_URL: httpUrl.optional().meta({ description: "base URL of a Prometheus-compatible API" }),
  PROMETHEUS_BEARER_TOKEN: z.string().optional().meta({ description: "bearer token for Prometheus", secret: true }),
  PROMETHEUS_TENANT: z.string().optional().meta({ description: "X-Scope-OrgID for Mimir, Cortex or Thanos" }),
  PROMETHEUS_CONVENTIONS_FILE: z
    .string()
    .optional()
    .meta({ description: "YAML or JSON file of naming conventions, put before the built-in ones" }),
  LOKI_URL: httpUrl.optional().meta({ description: "base URL of Loki" }),
  LOKI_BEARER_TOKEN: z.string().optional().meta({ description: "bearer token for Loki", secret: true }),
  LOKI_TENANT: z.string().optional().meta({ description: "X-Scope-OrgID for Loki" }),
  KUBECONFIG: z.string().optional().meta({ description: "kubeconfig file of the cluster to read" }),
  KUBERNETES_CONTEXT: z.string().optional().meta({ description: "context of the kubeconfig; unset: its current one" }),
  KUBERNETES_IN_CLUSTER: flag(false).meta({ description: "read the cluster this process runs in, by its service account" }),
  SOURCE_IN_FLIGHT_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(sourceDefaults.inFlightMax)
    .meta({ description: "calls under way at once for each source", unit: "calls" }),
  SOURCE_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(120_000)
    .default(sourceDefaults.deadlineMs)
    .meta({ description: "longest time for one call to a source", unit: "ms" }),
});
export type SourcesEnvironment = z.output<typeof sourcesEnvironment>;

const listed = {
  name: z.string().regex(/^[a-zA-Z0-9._-]{1,63}$/),
  cluster: z.string().max(253).nullable().default(null),
  in_flight_max: z.number().int().min(1).max(200).optional(),
  deadline_ms: z.number().int().min(100).max(120_000).optional(),
};
const reached = {
  url: httpUrl,
  bearer_token: z.string().optional(),
  bearer_token_file: z.string().optional(),
  basic: z.strictObject({ username: z.string(), password: z.string().optional(), password_file: z.string().optional() }).optional(),
  client_certificate: z.strictObject({ cert_file: z.string(), key_file: z.string() }).optional(),
  ca_file: z.string().optional(),
  server_name: z.string().optional(),
  tenant: z.string().max(200).optional(),
};
const ListedSource = z.discriminatedUnion("kind", [
  z.strictObject({ ...listed, ...reached, kind: z.literal("prometheus"), conventions_file: z.string().optional() }),
  z.strictObject({ ...listed, ...reached, kind: z.literal("loki"), conventions_file: z.string().optional() }),
  z.strictObject({ ...listed, kind: z.literal("kubernetes"), kubeconfig_file: z.string().optional(), context: z.string().optional() }),
  z.strictObject({ ...listed, kind: z.literal("control-plane") }),
  z.strictObject({ ...listed, kind: z.literal("snapshot"), file: z.string() }),
]);
const SourcesFile = z.strictObject({ sources: z.array(ListedSource).max(sourcesMax) });
type Listed = z.output<typeof ListedSource>;
type Reached = Extract<Listed, { url: string }>;
export type ReadFile = (path: string) => string;

function refuse(name: string, problem: string): never {
  throw new ConfigurationError([{ name, problem }]);
}

function fileOf(field: string, path: string, readFile: ReadFile): string {
  try {
    return readFile(path);
  } catch {
    return refuse(field, "names a file that cannot be read");
  }
}

function authorizationOf(source: Reached, readFile: ReadFile): string | null {
  const field = `sources.${source.name}`;
  const { basic } = source;
  const token =
    source.bearer_token ??
    (source.bearer_token_file ? fileOf(`${field}.bearer_token_file`, source.bearer_token_file, readFile).trim() : null);
  if (token !== null) return `Bearer ${token}`;
  if (!basic) return null;
  const password =
    basic.password ?? (basic.password_file ? fileOf(`${field}.basic.password_file`, basic.password_file, readFile).trim() : "");
  return `Basic ${Buffer.from(`${basic.username}:${password}`, "utf8").toString("base64")}`;
}

function accessOf(source: Reached, readFile: ReadFile): SourceAccess {
  const field = `sources.${source.name}`;
  const { client_certificate: pair } = source;
  const tls = {
    ...(source.ca_file ? { ca: fileOf(`${field}.ca_file`, source.ca_file, readFile) } : {}),
    ...(pair
      ? {
          cert: fileOf(`${field}.client_certificate.cert_file`, pair.cert_file, readFile),
          key: fileOf(`${field}.client_certificate.key_file`, pair.key_file, readFile),
        }
      : {}),
    ...(source.server_name ? { servername: source.server_name } : {}),
  };
  return {
    url: source.url.replace(/\/+$/, ""),
    authorization: authorizationOf(source, readFile),
    tls: Object.keys(tls).length > 0 ? tls : null,
    tenant: source.tenant ?? null,
  };
}

function document(field: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 }) as unknown;
  } catch {
    return refuse(field, "is neither YAML nor JSON");
  }
}

function conventionsOf(file: string | undefined, readFile: ReadFile): Conventions {
  if (!file) return readConventions(null);
  const given = document("PROMETHEUS_CONVENTIONS_FILE", fileOf("PROMETHEUS_CONVENTIONS_FILE", file, readFile));
  try {
    return readConventions(given);
  } catch (error) {
    return refuse("PROMETHEUS_CONVENTIONS_FILE", error instanceof z.ZodError ? `is not valid at ${firstPath(error)}` : "is not valid");
  }
}

const firstPath = (error: z.ZodError) => error.issues[0]?.path.map(String).join(".") || "its root";

function configOf(source: Listed, defaults: SourcesEnvironment, readFile: ReadFile): SourceConfig {
  const common: Common = {
    name: source.name,
    cluster: source.cluster,
    inFlightMax: source.in_flight_max ?? defaults.SOURCE_IN_FLIGHT_MAX,
    deadlineMs: source.deadline_ms ?? defaults.SOURCE_DEADLINE_MS,
  };
  switch (source.kind) {
    case "prometheus":
    case "loki":
      return {
        ...common,
        kind: source.kind,
        access: accessOf(source, readFile),
        conventions: conventionsOf(source.conventions_file ?? defaults.PROMETHEUS_CONVENTIONS_FILE, readFile),
      };
    case "kubernetes":
      return { ...common, kind: "kubernetes", kubeconfigFile: source.kubeconfig_file ?? null, context: source.context ?? null };
    case "control-plane":
      return { ...common, kind: "control-plane" };
    case "snapshot":
      return { ...common, kind: "snapshot", file: source.file };
  }
}

function listedIn(file: string, readFile: ReadFile): Listed[] {
  const parsed = SourcesFile.safeParse(document("SOURCES_FILE", fileOf("SOURCES_FILE", file, readFile)));
  if (!parsed.success) return refuse("SOURCES_FILE", `is not valid at ${firstPath(parsed.error)}`);
  const names = parsed.data.sources.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return refuse("SOURCES_FILE", `names the source ${twice} twice`);
  return parsed.data.sources;
}

function listedByVariables(vars: SourcesEnvironment): Listed[] {
  const cluster = vars.SOURCES_CLUSTER ?? null;
  const token = (value: string | undefined) => (value ? { bearer_token: value } : {});
  const tenant = (value: string | undefined) => (value ? { tenant: value } : {});
  const kubernetes = vars.KUBECONFIG || vars.KUBERNETES_IN_CLUSTER;
  return [
    ...(vars.PROMETHEUS_URL
      ? [
          {
            name: "prometheus",
            kind: "prometheus" as const,
            cluster,
            url: vars.PROMETHEUS_URL,
            ...token(vars.PROMETHEUS_BEARER_TOKEN),
            ...tenant(vars.PROMETHEUS_TENANT),
          },
        ]
      : []),
    ...(vars.LOKI_URL
      ? [
          {
            name: "loki",
            kind: "loki" as const,
            cluster,
            url: vars.LOKI_URL,
            ...token(vars.LOKI_BEARER_TOKEN),
            ...tenant(vars.LOKI_TENANT),
          },
        ]
      : []),
    ...(kubernetes
      ? [
          {
            name: "kubernetes",
            kind: "kubernetes" as const,
            cluster,
            ...(vars.KUBECONFIG ? { kubeconfig_file: vars.KUBECONFIG } : {}),
            ...(vars.KUBERNETES_CONTEXT ? { context: vars.KUBERNETES_CONTEXT } : {}),
          },
        ]
      : []),
    { name: "control-plane", kind: "control-plane" as const, cluster: null },
  ];
}

/**
 * The sources as configured, files already read. Without SOURCES_FILE the control plane is always one of them.
 * Throws a ConfigurationError that names the field at fault, never its value.
 */
export function readSources(vars: SourcesEnvironment, readFile: ReadFile): SourceConfig[] {
  const sources = vars.SOURCES_FILE ? listedIn(vars.SOURCES_FILE, readFile) : listedByVariables(vars);
  return sources.map((source) => configOf(source, vars, readFile));
}
