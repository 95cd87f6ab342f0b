import { controlPlaneOperations } from "@sre/contracts/control-plane";
import { openSource, sourceDefaults, type EvidenceSource, type SourceConfig, type SourceDeps } from "@sre/evidence";
import { createApiClient, createClientCredentials, type Clock, type OutboundFactory } from "@sre/service-kit";
import type { OpenSource } from "../app.ts";
import type { Config } from "../config.ts";

const controlPlaneName = "control-plane";
const controlPlaneScopes = ["alerts:read", "incidents:read", "changes:read", "resources:read", "audit:read", "executions:read"];
const controlPlaneCall = { deadlineMs: 10_000, responseBytesMax: 8 * 1_048_576, attemptsMax: 3, connectionsMax: 16 } as const;

type ControlPlane = NonNullable<SourceDeps["controlPlane"]>;

/** The control plane's API within its cap of calls, with this service's own token; null when the service has no secret to get one with. */
export function openControlPlaneClient(
  config: Pick<Config, "identity" | "controlPlane">,
  deps: { outbound: OutboundFactory; capped: OutboundFactory; clock: Clock },
): { client: ControlPlane; close(): Promise<void> } | null {
  const { identity, controlPlane } = config;
  if (identity.client === null) return null;
  const credentials = createClientCredentials({
    issuer: identity.issuer,
    clientId: identity.client.id,
    clientSecret: identity.client.secret,
    audience: controlPlane.audience,
    scopes: controlPlaneScopes,
    outbound: deps.outbound,
    clock: deps.clock,
  });
  const target = {
    name: controlPlaneName,
    baseUrl: controlPlane.url,
    authorization: async () => `Bearer ${await credentials.token()}`,
    ...controlPlaneCall,
  };
  const outbound = deps.capped(target);
  return { client: createApiClient(controlPlaneOperations, outbound), close: () => outbound.close() };
}

const always: SourceConfig = { kind: "control-plane", name: controlPlaneName, cluster: null, ...sourceDefaults };

function withControlPlane(configs: readonly SourceConfig[], known: boolean): readonly SourceConfig[] {
  if (!known) return configs.filter(({ kind }) => kind !== "control-plane");
  return configs.some(({ kind }) => kind === "control-plane") ? configs : [...configs, always];
}

/** Opens every configured source, and the control plane whenever it can be called. Opening asks nothing. */
export function openSources(configs: readonly SourceConfig[], deps: SourceDeps): OpenSource[] {
  return withControlPlane(configs, deps.controlPlane !== undefined).map((config) => ({
    source: openSource(config, deps),
    inFlightMax: config.inFlightMax,
  }));
}

/** The sources of a session: those given, or its snapshot and the control plane. */
export function sourcesFor(all: readonly OpenSource[], snapshot: EvidenceSource | null): readonly OpenSource[] {
  if (snapshot === null) return all;
  return [{ source: snapshot, inFlightMax: sourceDefaults.inFlightMax }, ...all.filter(({ source }) => source.kind === "control-plane")];
}
