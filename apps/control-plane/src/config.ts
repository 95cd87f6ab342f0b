import { readFileSync } from "node:fs";
import { correlationDefaults, mappingWith, type CorrelationSettings, type EntityMapping } from "@sre/correlation";
import {
  ConfigurationError, flag, readEnvironment, requireSafeProduction, roleRules, serviceEnvironment, type RoleRules,
} from "@sre/service-kit"; // prettier-ignore
import { databaseConfig, databaseEnvironment, type DatabaseConfig } from "@sre/storage";
import { z } from "zod";
import type { CustomFormats } from "./alerts/formats/index.ts";
import { readCustomFormats } from "./alerts/formats/read-custom-formats.ts";
import { readSnsTrust, type SnsTrust } from "./alerts/sns/sns-trust.ts";
import type { ProofConfig } from "./audit/open-proof.ts";
import { readNotificationRules, type NotificationRules } from "./notifications/notification-rules.ts";

const secret = z.string().min(16).max(1_000);
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));
const seconds = (min: number, max: number, whenUnset: number) => z.coerce.number().int().min(min).max(max).default(whenUnset);
const path = z.string().min(1).max(4_096);

const own = z.object({
  INGEST_TOKEN: secret.optional().meta({ description: "bearer token with which Alertmanager may post alerts; unset: nobody may", secret: true }),
  ASSISTANT_URL: httpUrl.default("http://127.0.0.1:8081").meta({ description: "address of the assistant" }),
  ASSISTANT_AUDIENCE: z.string().min(1).max(200).default("assistant").meta({ description: "audience of tokens for the assistant" }),
  CONSOLE_CLIENT_ID: z.string().min(1).max(200).default("console").meta({ description: "client id with which people sign in" }),
  CONSOLE_CLIENT_SECRET: secret.optional().meta({ description: "its secret; unset: nobody can sign in", secret: true }),
  CONSOLE_DIR: path.optional().meta({ description: "folder of the built console; default: the one beside this service, if it is there" }),
  SESSION_SECONDS: seconds(300, 604_800, 43_200).meta({ description: "how long people stay signed in", unit: "s" }),
  GROUPING_WINDOW_SECONDS: seconds(1, 86_400, 1_800).meta({ description: "how far apart alerts of one service may begin and share an incident", unit: "s" }),
  GROUPING_TOPOLOGY_STEPS: z.coerce.number().int().min(0).max(3).default(0).meta({ description: "also group what is at most so many steps apart in the topology, or alike, by their scores; 0: only alerts of one service" }),
  GROUPING_THRESHOLD: z.coerce.number().min(0.1).max(1).default(correlationDefaults.threshold).meta({ description: "the score from which on an alert joins an incident" }),
  RECORDED_SCENARIOS: z.enum(["", "1"]).default("").meta({ description: "1: alerts whose label scenario names a recording are judged from it (the assistant's SNAPSHOT_DIR); for demonstrations, refused in production" }),
  ENTITY_MAPPING: z.string().max(20_000).optional().meta({ description: "JSON object: which labels give cluster, environment, namespace, service, workloads, pod, node, job, instance; lists given here replace the defaults" }),
  ENTITY_MAPPING_FILE: path.optional().meta({ description: "file with the same JSON object, instead of ENTITY_MAPPING" }),
  INTAKE_GAP_SECONDS: seconds(0, 86_400, 30).meta({ description: "how long no delivery could be taken in before an incident tells of it afterwards; 0: never", unit: "s" }),
  SENDER_FORMATS_FILE: path.optional().meta({ description: "YAML or JSON file with formats of senders of your own (docs/operations/senders.md)" }),
  SNS_TOPIC_ARNS: z.string().max(20_000).optional().meta({ description: "topics of Amazon SNS, separated by commas: only their messages are taken, each with a signature that holds; unset: the ingest token alone is the proof" }),
  SNS_CERTIFICATES_FILE: path.optional().meta({ description: "PEM file with the certificates that SNS signs with; required with SNS_TOPIC_ARNS unless SNS_FETCH_CERTIFICATES is 1" }),
  SNS_FETCH_CERTIFICATES: flag(false).meta({ description: "fetch those certificates from sns.<region of the topic>.amazonaws.com over https" }),
  AUDIT_SIGNING_KEY_FILE: path.optional().meta({ description: "PEM file with the Ed25519 private key that signs checkpoints of the audit log, and public keys of retired ones (docs/operations/audit.md); unset: embedded, a key is made beside the database; with PostgreSQL, checkpoints are not signed" }),
  AUDIT_CHECKPOINT_FILE: path.optional().meta({ description: "file outside of the database that signed checkpoints of the audit log are appended to" }),
  TOPOLOGY_FILE: path.optional().meta({ description: "JSON file with resources and edges (the body of PUT /api/v1/topology), declared at every start" }),
  DIAGNOSIS_DEBOUNCE_SECONDS: seconds(0, 3_600, 30).meta({ description: "how long to gather new entities and severities before diagnosing again", unit: "s" }),
  DIAGNOSIS_RECHECK_SECONDS: seconds(0, 86_400, 300).meta({ description: "when a new incident is diagnosed once more; 0: never", unit: "s" }),
  DIAGNOSIS_TIMEOUT_SECONDS: seconds(5, 600, 120).meta({ description: "time limit of one diagnosis", unit: "s" }),
  DIAGNOSIS_MAX_RETRIES: z.coerce.number().int().min(0).max(100).default(20).meta({ description: "how often an assistant that cannot be reached is asked again, with growing pauses" }),
  DIAGNOSES_IN_FLIGHT_MAX: z.coerce.number().int().min(1).max(64).default(8).meta({ description: "diagnoses followed at the same time by one replica" }),
  AUTO_RESOLVE_SECONDS: seconds(0, 604_800, 300).meta({ description: "an incident whose alerts are all resolved is resolved after so long without any change; 0: only by people", unit: "s" }),
  REOPEN_WINDOW_SECONDS: seconds(0, 604_800, 1_800).meta({ description: "an alert that fires again so soon after its incident was resolved opens it again instead of another; 0: never", unit: "s" }),
  FLAPPING_STARTS: z.coerce.number().int().min(0).max(1_000).default(5).meta({ description: "an alert that began so often within FLAPPING_WINDOW_SECONDS is flapping: it opens no incident until it stays; 0: never" }),
  FLAPPING_WINDOW_SECONDS: seconds(60, 86_400, 3_600).meta({ description: "over how long the starts of an alert are counted; one that fires for this divided by FLAPPING_STARTS flaps no more", unit: "s" }),
  ALERTMANAGER_URL: httpUrl.optional().meta({ description: "Alertmanager, for its silences and for what fires; unset: none are shown, and it is not asked" }),
  ALERTMANAGER_TOKEN: secret.optional().meta({ description: "bearer token for it, if it wants one", secret: true }),
  ALERTMANAGER_ASK_SECONDS: seconds(1, 3_600, 300).meta({ description: "after a gap, a silence or a message out of order, Alertmanager is asked what fires so much later; one that runs for less is not believed yet", unit: "s" }),
  NOTIFICATIONS_FILE: path.optional().meta({ description: "JSON file with receivers and routes: who is told of which incidents (docs/operations/notifications.md); unset: nobody is told" }),
  NOTIFICATION_MAX_ATTEMPTS: z.coerce.number().int().min(1).max(1_000).default(60).meta({ description: "how often a notification is tried, with pauses that grow from a second to a minute, before it is given up" }),
  DEVELOPMENT_ISSUER: flag(false).meta({ description: "start the development issuer inside this process; refused in production" }),
  DEVELOPMENT_ISSUER_SECRET: secret.optional().meta({ description: "from which the development issuer derives its keys", secret: true }),
  ASSISTANT_CLIENT_SECRET: secret.optional().meta({ description: "secret of the client `assistant`, for the development issuer only", secret: true }),
  OPERATOR_CLIENT_SECRET: secret.optional().meta({ description: "secret of the client `operator` (reports changes and topology), for the development issuer only", secret: true }),
}); // prettier-ignore

/** Every variable of the control plane; the source of its part of `.env.example`. */
export const controlPlaneEnvironment = serviceEnvironment.extend(databaseEnvironment.shape).extend(own.shape);
type Variables = z.output<typeof controlPlaneEnvironment>;

const names = z.array(z.string().min(1).max(200)).min(1).max(50);
const MappingOverrides = z.strictObject({
  cluster: names.optional(),
  environment: names.optional(),
  namespace: names.optional(),
  service: names.optional(),
  workloads: z.record(z.string().min(1).max(100), names).optional(),
  pod: names.optional(),
  node: names.optional(),
  job: names.optional(),
  instance: names.optional(),
  exporters: z.array(z.string().max(253)).max(500).optional(),
  clusterDefault: z.string().max(253).optional(),
  environmentDefault: z.string().max(100).optional(),
});

/** Rules that the operator sets: how alerts are read and grouped, and when diagnoses are asked for. */
export interface Settings {
  readonly mapping: EntityMapping;
  readonly customFormats: CustomFormats;
  readonly correlation: CorrelationSettings;
  /** The shortest outage of the intake that is told of; null: none is. */
  readonly intakeGapMs: number | null;
  readonly diagnosis: {
    readonly debounceSeconds: number;
    readonly recheckSeconds: number;
    readonly recordedScenarios: boolean;
    readonly timeoutSeconds: number;
    readonly retriesMax: number;
    readonly inFlightMax: number;
  };
  readonly sessionSeconds: number;
  readonly noise: {
    readonly autoResolveMs: number;
    readonly reopenMs: number;
    /** 0: nothing is flapping. */
    readonly flappingStarts: number;
    readonly flappingWindowMs: number;
  };
  /** How long after a gap a sender is asked, and how long it must run to be believed. */
  readonly senderAskMs: number;
  /** Attempts of one notification. */
  readonly notificationAttemptsMax: number;
}

/** What can be off is null. */
export interface Config {
  readonly production: boolean;
  readonly http: { readonly host: string; readonly port: number; readonly publicUrl: string | null };
  readonly logLevel: string;
  readonly tracesUrl: string | null;
  readonly database: DatabaseConfig;
  readonly identity: {
    readonly issuer: string;
    readonly audience: string;
    readonly client: { readonly id: string; readonly secret: string } | null;
    readonly console: { readonly id: string; readonly secret: string } | null;
    readonly ingestToken: string | null;
    readonly roles: RoleRules;
    /** Whether the issuer grants people our scopes; if not, their roles alone decide. */
    readonly personScopesInToken: boolean;
  };
  readonly assistant: { readonly url: string; readonly audience: string };
  readonly consoleDirectory: string | null;
  readonly topologyFile: string | null;
  readonly audit: ProofConfig;
  readonly sns: SnsTrust | null;
  readonly alertmanager: { readonly url: string; readonly token: string | null } | null;
  readonly notificationRules: NotificationRules | null;
  readonly developmentIssuer: {
    readonly url: string;
    readonly secret: string;
    readonly assistantSecret: string;
    readonly operatorSecret: string | null;
  } | null;
  readonly settings: Settings;
}

type ReadFile = (path: string) => string;

function readMapping(vars: Variables, readFile: ReadFile): EntityMapping {
  const name = vars.ENTITY_MAPPING ? "ENTITY_MAPPING" : "ENTITY_MAPPING_FILE";
  const refuse = (problem: string): never => {
    throw new ConfigurationError([{ name, problem }]);
  };
  let text = vars.ENTITY_MAPPING;
  if (vars.ENTITY_MAPPING_FILE && !text) {
    try {
      text = readFile(vars.ENTITY_MAPPING_FILE);
    } catch {
      refuse("names a file that cannot be read");
    }
  }
  if (!text) return mappingWith({});
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    refuse("must be a JSON object");
  }
  const parsed = MappingOverrides.safeParse(json);
  if (!parsed.success) return refuse(`is not valid at ${parsed.error.issues[0]?.path.join(".") || "the top"}`);
  const given = Object.entries(parsed.data).filter(([, value]) => value !== undefined);
  return mappingWith(Object.fromEntries(given) as Partial<EntityMapping>);
}

function readRules({ NOTIFICATIONS_FILE: file }: Variables, readFile: ReadFile): NotificationRules | null {
  if (file === undefined) return null;
  const refuse = (problem: string): never => {
    throw new ConfigurationError([{ name: "NOTIFICATIONS_FILE", problem }]);
  };
  let text = "";
  try {
    text = readFile(file);
  } catch {
    refuse("names a file that cannot be read");
  }
  const read = readNotificationRules(text);
  return "rules" in read ? read.rules : refuse(read.problem);
}

function readSns(vars: Variables, readFile: ReadFile): SnsTrust | null {
  const { SNS_TOPIC_ARNS: topics, SNS_CERTIFICATES_FILE: file, SNS_FETCH_CERTIFICATES: fetched } = vars;
  if (topics === undefined) return null;
  const refuse = (name: string, problem: string): never => {
    throw new ConfigurationError([{ name, problem }]);
  };
  if ((file === undefined) !== fetched)
    refuse("SNS_CERTIFICATES_FILE", "is required with SNS_TOPIC_ARNS, or SNS_FETCH_CERTIFICATES, and not both");
  let text: string | null = null;
  try {
    text = file === undefined ? null : readFile(file);
  } catch {
    refuse("SNS_CERTIFICATES_FILE", "names a file that cannot be read");
  }
  const read = readSnsTrust(topics, text);
  return "trust" in read ? read.trust : refuse(read.at === "topics" ? "SNS_TOPIC_ARNS" : "SNS_CERTIFICATES_FILE", read.problem);
}

function readDevelopmentIssuer(vars: Variables): Config["developmentIssuer"] {
  if (!vars.DEVELOPMENT_ISSUER) return null;
  const needed = ["DEVELOPMENT_ISSUER_SECRET", "ASSISTANT_CLIENT_SECRET", "OIDC_CLIENT_SECRET", "CONSOLE_CLIENT_SECRET"] as const;
  const missing = needed.filter((name) => !vars[name]).map((name) => ({ name, problem: "is required with DEVELOPMENT_ISSUER" }));
  if (vars.NODE_ENV === "production") missing.push({ name: "DEVELOPMENT_ISSUER" as never, problem: "is refused in production" });
  if (missing.length > 0) throw new ConfigurationError(missing);
  return {
    url: vars.OIDC_ISSUER,
    secret: vars.DEVELOPMENT_ISSUER_SECRET ?? "",
    assistantSecret: vars.ASSISTANT_CLIENT_SECRET ?? "",
    operatorSecret: vars.OPERATOR_CLIENT_SECRET ?? null,
  };
}

// With it whoever may send an alert chooses the evidence that it is judged from.
function refuseRecordings(vars: Variables): void {
  if (vars.NODE_ENV === "production" && vars.RECORDED_SCENARIOS === "1")
    throw new ConfigurationError([{ name: "RECORDED_SCENARIOS", problem: "is refused in production" }]);
}

function readProof(vars: Variables): ProofConfig {
  const database = databaseConfig(vars, "control-plane");
  return {
    signingKeyFile: vars.AUDIT_SIGNING_KEY_FILE ?? null,
    checkpointFile: vars.AUDIT_CHECKPOINT_FILE ?? null,
    ownKeyFile: database.kind === "embedded" ? `${database.directory}-audit-key.pem` : null,
  };
}

function readSettings(vars: Variables, readFile: ReadFile): Settings {
  return {
    mapping: readMapping(vars, readFile),
    intakeGapMs: vars.INTAKE_GAP_SECONDS === 0 ? null : vars.INTAKE_GAP_SECONDS * 1_000,
    customFormats: readCustomFormats(vars.SENDER_FORMATS_FILE, readFile),
    correlation: {
      threshold: vars.GROUPING_THRESHOLD,
      weights: correlationDefaults.weights,
      windowMs: vars.GROUPING_WINDOW_SECONDS * 1_000,
      stepsMax: vars.GROUPING_TOPOLOGY_STEPS,
    },
    diagnosis: {
      debounceSeconds: vars.DIAGNOSIS_DEBOUNCE_SECONDS,
      recheckSeconds: vars.DIAGNOSIS_RECHECK_SECONDS,
      recordedScenarios: vars.RECORDED_SCENARIOS === "1",
      timeoutSeconds: vars.DIAGNOSIS_TIMEOUT_SECONDS,
      retriesMax: vars.DIAGNOSIS_MAX_RETRIES,
      inFlightMax: vars.DIAGNOSES_IN_FLIGHT_MAX,
    },
    sessionSeconds: vars.SESSION_SECONDS,
    noise: {
      autoResolveMs: vars.AUTO_RESOLVE_SECONDS * 1_000,
      reopenMs: vars.REOPEN_WINDOW_SECONDS * 1_000,
      flappingStarts: vars.FLAPPING_STARTS,
      flappingWindowMs: vars.FLAPPING_WINDOW_SECONDS * 1_000,
    },
    senderAskMs: vars.ALERTMANAGER_ASK_SECONDS * 1_000,
    notificationAttemptsMax: vars.NOTIFICATION_MAX_ATTEMPTS,
  };
}

/** The configuration from the environment. Throws a ConfigurationError that names every field at fault, never a value. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile = (name) => readFileSync(name, "utf8"),
): Config {
  const vars = readEnvironment(controlPlaneEnvironment, env);
  refuseRecordings(vars);
  const developmentIssuer = readDevelopmentIssuer(vars);
  requireSafeProduction(vars, { INGEST_TOKEN: vars.INGEST_TOKEN, CONSOLE_CLIENT_SECRET: vars.CONSOLE_CLIENT_SECRET });
  return {
    production: vars.NODE_ENV === "production",
    http: { host: vars.HTTP_HOST, port: vars.HTTP_PORT, publicUrl: vars.PUBLIC_URL ?? null },
    logLevel: vars.LOG_LEVEL,
    tracesUrl: vars.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    database: databaseConfig(vars, "control-plane"),
    identity: {
      issuer: vars.OIDC_ISSUER,
      audience: vars.OIDC_AUDIENCE ?? "control-plane",
      client: vars.OIDC_CLIENT_SECRET ? { id: vars.OIDC_CLIENT_ID ?? "control-plane", secret: vars.OIDC_CLIENT_SECRET } : null,
      console: vars.CONSOLE_CLIENT_SECRET ? { id: vars.CONSOLE_CLIENT_ID, secret: vars.CONSOLE_CLIENT_SECRET } : null,
      ingestToken: vars.INGEST_TOKEN ?? null,
      roles: roleRules(vars),
      personScopesInToken: vars.OIDC_PERSON_SCOPES === "token",
    },
    assistant: { url: vars.ASSISTANT_URL, audience: vars.ASSISTANT_AUDIENCE },
    consoleDirectory: vars.CONSOLE_DIR ?? null,
    topologyFile: vars.TOPOLOGY_FILE ?? null,
    audit: readProof(vars),
    sns: readSns(vars, readFile),
    alertmanager: vars.ALERTMANAGER_URL === undefined ? null : { url: vars.ALERTMANAGER_URL, token: vars.ALERTMANAGER_TOKEN ?? null },
    notificationRules: readRules(vars, readFile),
    developmentIssuer,
    settings: readSettings(vars, readFile),
  };
}
