import { z } from "zod";

const loopback = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** Whether a URL stays on this machine, where http is as good as https. */
export function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && loopback.has(new URL(url).hostname);
}

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));
const secret = z.string().min(16).max(1_000);

/** The variables that every service reads. Extend it with a service's own, then `readEnvironment`. */
export const serviceEnvironment = z.object({
  NODE_ENV: z.enum(["production", "development", "test"]).default("production").meta({ description: "production refuses the development issuer and fail points" }),
  HTTP_HOST: z.string().max(253).default("127.0.0.1").meta({ description: "address to listen on; 0.0.0.0 in a container" }),
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(8080).meta({ description: "port to listen on; 0 takes any free one", unit: "port" }),
  PUBLIC_URL: httpUrl.optional().meta({ description: "address at which people and links reach the service; default: where it listens" }),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info").meta({ description: "least severe log line that is written" }),
  OIDC_ISSUER: httpUrl.default("http://127.0.0.1:8082").meta({ description: "OpenID Connect issuer of people and services" }),
  OIDC_AUDIENCE: z.string().min(1).max(200).optional().meta({ description: "audience that a token for this service must name; default: the service's name" }),
  OIDC_CLIENT_ID: z.string().min(1).max(200).optional().meta({ description: "client id of this service at the issuer; default: the service's name" }),
  OIDC_CLIENT_SECRET: secret.optional().meta({ description: "client secret of this service at the issuer", secret: true }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional().meta({ description: "Redis for cache and hints; unset: memory of this process", secret: true }),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional().meta({ description: "where traces go (OTLP over HTTP); unset: nowhere" }),
}); // prettier-ignore
export type ServiceEnvironment = z.output<typeof serviceEnvironment>;
