import { readFileSync } from "node:fs";
import { readSources, sourcesEnvironment, type SourceConfig } from "@sre/evidence";
import { readEnvironment, requireSafeProduction, roleRules, serviceEnvironment, type RoleRules } from "@sre/service-kit";
import { databaseConfig, databaseEnvironment, type DatabaseConfig } from "@sre/storage";
import { z } from "zod";

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));
const whole = (min: number, max: number, whenUnset: number) => z.coerce.number().int().min(min).max(max).default(whenUnset);

const own = z.object({
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(8081).meta({ description: "port to listen on; 0 takes any free one", unit: "port" }),
  CONTROL_PLANE_URL: httpUrl.default("http://127.0.0.1:8080").meta({ description: "address of the control plane, asked for changes, alerts and topology" }),
  CONTROL_PLANE_AUDIENCE: z.string().min(1).max(200).default("control-plane").meta({ description: "audience of tokens for the control plane" }),
  CALLERS: z.string().max(2_000).optional().meta({ description: "client ids that may call, separated by commas; unset: every client whose token names this audience" }),
  DIAGNOSIS_TIMEOUT_SECONDS: whole(5, 600, 120).meta({ description: "time limit of a diagnosis whose request names none; at its end the verdict rests on what was seen", unit: "s" }),
  QUESTION_TIMEOUT_SECONDS: whole(1, 120, 15).meta({ description: "time limit of one question to one source", unit: "s" }),
  MAX_RETRIES: whole(0, 20, 5).meta({ description: "how often a diagnosis is run again after a crash or a fault" }),
  DIAGNOSES_CONCURRENT_MAX: whole(1, 64, 8).meta({ description: "diagnoses that one replica runs at the same time" }),
  SESSIONS_WAITING_MAX: whole(1, 100_000, 1_000).meta({ description: "unfinished sessions of one team; more are refused with 429" }),
  SNAPSHOT_DIR: z.string().min(1).max(4_096).optional().meta({ description: "directory of recorded snapshots that a request may name; unset: none" }),
  SNAPSHOT_RETENTION_DAYS: whole(1, 3_650, 30).meta({ description: "how long the evidence of a finished session is kept", unit: "d" }),
  SESSION_RETENTION_DAYS: whole(1, 3_650, 365).meta({ description: "how long a finished session and its result are kept", unit: "d" }),
  SNAPSHOT_BYTES_MAX: whole(65_536, 62_914_560, 33_554_432).meta({ description: "most evidence of one session, before compression; an answer beyond it is kept as `too_large`", unit: "B" }),
}); // prettier-ignore

/** Every variable of the assistant; the source of its part of `.env.example`. */
export const assistantEnvironment = serviceEnvironment.extend(databaseEnvironment.shape).extend(sourcesEnvironment.shape).extend(own.shape);
type Variables = z.output<typeof assistantEnvironment>;

/** Rules that the operator sets: how long, how much and how often. */
export interface Settings {
  readonly timeLimitSeconds: number;
  readonly questionTimeoutMs: number;
  readonly retriesMax: number;
  readonly concurrentMax: number;
  readonly waitingMax: number;
  readonly evidenceRetentionDays: number;
  readonly sessionRetentionDays: number;
  readonly evidenceBytesMax: number;
}

/** What can be off is null. */
export interface Config {
  readonly production: boolean;
  readonly http: { readonly host: string; readonly port: number };
  readonly logLevel: string;
  readonly tracesUrl: string | null;
  readonly database: DatabaseConfig;
  readonly identity: {
    readonly issuer: string;
    readonly audience: string;
    readonly callers: readonly string[] | null;
    readonly roles: RoleRules;
    readonly client: { readonly id: string; readonly secret: string } | null;
  };
  readonly controlPlane: { readonly url: string; readonly audience: string };
  readonly sources: readonly SourceConfig[];
  readonly snapshotDirectory: string | null;
  readonly redisUrl: string | null;
  readonly settings: Settings;
}

type ReadFile = (path: string) => string;

function listOf(text: string | undefined): readonly string[] | null {
  const names = (text ?? "").split(",").map((name) => name.trim());
  const given = names.filter((name) => name !== "");
  return given.length === 0 ? null : given;
}

function settingsOf(vars: Variables): Settings {
  return {
    timeLimitSeconds: vars.DIAGNOSIS_TIMEOUT_SECONDS,
    questionTimeoutMs: vars.QUESTION_TIMEOUT_SECONDS * 1_000,
    retriesMax: vars.MAX_RETRIES,
    concurrentMax: vars.DIAGNOSES_CONCURRENT_MAX,
    waitingMax: vars.SESSIONS_WAITING_MAX,
    evidenceRetentionDays: vars.SNAPSHOT_RETENTION_DAYS,
    sessionRetentionDays: vars.SESSION_RETENTION_DAYS,
    evidenceBytesMax: vars.SNAPSHOT_BYTES_MAX,
  };
}

/** The configuration from the environment. Throws a ConfigurationError that names every field at fault, never a value. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile = (name) => readFileSync(name, "utf8"),
): Config {
  const vars = readEnvironment(assistantEnvironment, env);
  requireSafeProduction(vars);
  return {
    production: vars.NODE_ENV === "production",
    http: { host: vars.HTTP_HOST, port: vars.HTTP_PORT },
    logLevel: vars.LOG_LEVEL,
    tracesUrl: vars.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    database: databaseConfig(vars, "assistant"),
    identity: {
      issuer: vars.OIDC_ISSUER,
      audience: vars.OIDC_AUDIENCE ?? "assistant",
      callers: listOf(vars.CALLERS),
      roles: roleRules(vars),
      client: vars.OIDC_CLIENT_SECRET ? { id: vars.OIDC_CLIENT_ID ?? "assistant", secret: vars.OIDC_CLIENT_SECRET } : null,
    },
    controlPlane: { url: vars.CONTROL_PLANE_URL, audience: vars.CONTROL_PLANE_AUDIENCE },
    sources: readSources(vars, readFile),
    snapshotDirectory: vars.SNAPSHOT_DIR ?? null,
    redisUrl: vars.REDIS_URL ?? null,
    settings: settingsOf(vars),
  };
}
