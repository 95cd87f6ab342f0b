import type { Outbound, OutboundTarget } from "@sre/service-kit";
import type { KubeConfig } from "@kubernetes/client-node";
import type { RequestOptions } from "node:https";
import { SourceFailure, type SourceDeps } from "../source.ts";
import type { KubernetesConfig } from "../sources-config.ts";
import { textAt } from "./fields.ts";

/** Of one decoded page. */
const responseBytesMax = 16 * 1024 * 1024;
const attemptsMax = 2;

/** Loads the client: it is large, takes a second or more, and a platform without Kubernetes never needs it. */
export const loadClient = () => import("@kubernetes/client-node");

async function load(config: KubernetesConfig): Promise<KubeConfig> {
  const { KubeConfig } = await loadClient();
  const kubeConfig = new KubeConfig();
  try {
    if (config.kubeconfigFile === null) kubeConfig.loadFromCluster();
    else kubeConfig.loadFromFile(config.kubeconfigFile, { onInvalidEntry: "filter" });
  } catch {
    throw new SourceFailure("not_configured", "the kubeconfig cannot be read");
  }
  if (config.context !== null) kubeConfig.setCurrentContext(config.context);
  return kubeConfig;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : Buffer.isBuffer(value) ? value.toString("utf8") : undefined;

/** What the kubeconfig says about certificates: read once, when the source opens. */
function tlsOf(options: RequestOptions): NonNullable<OutboundTarget["tls"]> {
  const [ca, cert, key] = [textOf(options.ca), textOf(options.cert), textOf(options.key)];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(options.servername === undefined ? {} : { servername: options.servername }),
    ...(options.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: options.rejectUnauthorized }),
  };
}

async function optionsOf(kubeConfig: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(options);
  return options;
}

function headerOf(options: RequestOptions, name: string): string {
  return textAt(options.headers, name);
}

function authorizationOf(options: RequestOptions): string {
  const given = headerOf(options, "Authorization");
  if (given !== "") return given;
  return typeof options.auth === "string" ? `Basic ${Buffer.from(options.auth).toString("base64")}` : "";
}

/**
 * Calls to the API server that a kubeconfig (or the pod's service account) names, with its CA, client certificate and token.
 * The token is asked before each call, so that one that rotates or comes from a command stays fresh. Throws a SourceFailure.
 */
export async function openApiServer(config: KubernetesConfig, deps: SourceDeps): Promise<Outbound> {
  const kubeConfig = await load(config);
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster?.server || !URL.canParse(cluster.server))
    throw new SourceFailure("not_configured", "the kubeconfig names no server in this context");
  if (cluster.proxyUrl) throw new SourceFailure("not_configured", "the kubeconfig names a proxy, which is not supported");
  let options: RequestOptions;
  try {
    options = await optionsOf(kubeConfig);
  } catch {
    throw new SourceFailure("denied", "the credentials of the kubeconfig cannot be had");
  }
  const bearer = authorizationOf(options) !== "";
  const impersonated = headerOf(options, "Impersonate-User");
  return deps.outbound({
    name: config.name,
    baseUrl: cluster.server,
    tls: tlsOf(options),
    ...(impersonated === "" ? {} : { headers: { "impersonate-user": impersonated } }),
    ...(bearer ? { authorization: async () => authorizationOf(await optionsOf(kubeConfig)) } : {}),
    deadlineMs: config.deadlineMs,
    responseBytesMax,
    attemptsMax,
    connectionsMax: config.inFlightMax,
  });
}
