import { z } from "zod";
import { ConfigurationError, type FieldProblem } from "./environment.ts";
import { roleEnvironment } from "./role-environment.ts";

const loopback = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** Whether a URL stays on this machine, where http is as good as https. */
export function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && loopback.has(new URL(url).hostname);
}

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));
const secret = z.string().min(16).max(1_000);

/** The variables that every service reads. Extend it with a service's own, then `readEnvironment`. */
export const serviceEnvironment = roleEnvironment.extend({
  NODE_ENV: z.enum(["production", "development", "test"]).default("production").meta({ description: "production refuses the development issuer and fail points" }),
  HTTP_HOST: z.string().max(253).default("127.0.0.1").meta({ description: "address to listen on; 0.0.0.0 in a container" }),
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(8080).meta({ description: "port to listen on; 0 takes any free one", unit: "port" }),
  PUBLIC_URL: httpUrl.optional().meta({ description: "address at which people and links reach the service; default: where it listens" }),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info").meta({ description: "least severe log line that is written" }),
  OIDC_ISSUER: httpUrl.default("http://127.0.0.1:8082").meta({ description: "OpenID Connect issuer of people and services" }),
  OIDC_AUDIENCE: z.string().min(1).max(200).optional().meta({ description: "audience that a token for this service must name; default: the service's name" }),
  OIDC_CLIENT_ID: z.string().min(1).max(200).optional().meta({ description: "client id of this service at the issuer; default: the service's name" }),
  OIDC_CLIENT_SECRET: secret.optional().meta({ description: "client secret of this service at the issuer", secret: true }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional().meta({ description: "Redis for what the assistant keeps of its sources; unset: memory of each process", secret: true }),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional().meta({ description: "where traces go (OTLP over HTTP); unset: nowhere" }),
}); // prettier-ignore
export type ServiceEnvironment = z.output<typeof serviceEnvironment>;

const sampleSecret = /change[-_ ]?me|example|sample|default|password|^(.)\1*$|^(secret|test|dev)/i;

/** Why production does not take the secret; null when it does. */
function problemOfSecret(secret: string | undefined, others: readonly (string | undefined)[]): string | null {
  if (secret === undefined) return null;
  if (sampleSecret.test(secret)) return "must not be a sample";
  return others.includes(secret) ? "must not be the secret of another variable" : null;
}

/**
 * What production refuses, by name: an issuer or an address for people without TLS, a missing client secret, and samples and repetitions among the service's
 * `ownSecrets`. Throws ConfigurationError.
 */
export function requireSafeProduction(vars: ServiceEnvironment, ownSecrets: Readonly<Record<string, string | undefined>> = {}): void {
  if (vars.NODE_ENV !== "production") return;
  const fields: FieldProblem[] = [];
  if (!vars.OIDC_ISSUER.startsWith("https://")) fields.push({ name: "OIDC_ISSUER", problem: "must be https in production" });
  // Without TLS a session's cookie is neither secure nor bound to its host.
  if (vars.PUBLIC_URL !== undefined && !vars.PUBLIC_URL.startsWith("https://") && !isLoopbackUrl(vars.PUBLIC_URL))
    fields.push({ name: "PUBLIC_URL", problem: "must be https in production" });
  if (vars.OIDC_CLIENT_SECRET === undefined) fields.push({ name: "OIDC_CLIENT_SECRET", problem: "is required in production" });
  const secrets = Object.entries({ OIDC_CLIENT_SECRET: vars.OIDC_CLIENT_SECRET, ...ownSecrets });
  secrets.forEach(([name, secret], index) => {
    const problem = problemOfSecret(secret, secrets.slice(0, index).map(([, other]) => other)); // prettier-ignore
    if (problem !== null) fields.push({ name, problem });
  });
  if (fields.length > 0) throw new ConfigurationError(fields);
}
