import type { Matcher, Silence } from "@sre/contracts/control-plane";
import { parseJson, RuleBroken, type Outbound, type OutboundFailure, type OutboundFactory, type OutboundResult } from "@sre/service-kit";
import { z } from "zod";
import type { Config } from "../config.ts";

const alertmanagerLimits = { deadlineMs: 10_000, responseBytesMax: 32 * 1024 * 1024, attemptsMax: 3, connectionsMax: 4 } as const;
const retryAfterSeconds = 5;
const silenceLimits = { alertsShownMax: 100 } as const;

const ApiMatcher = z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().default(true) });
const ApiSilences = z.array(
  z.object({
    id: z.string(),
    status: z.object({ state: z.enum(["pending", "active", "expired"]) }),
    comment: z.string(),
    createdBy: z.string(),
    startsAt: z.string(),
    endsAt: z.string(),
    matchers: z.array(ApiMatcher),
  }),
);
const ApiAlerts = z.array(
  z.object({
    fingerprint: z.string(),
    labels: z.record(z.string(), z.string()),
    startsAt: z.string(),
    status: z.object({ silencedBy: z.array(z.string()) }),
  }),
);
const ApiKnownAlerts = z.array(
  z.object({
    fingerprint: z.string(),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()).default({}),
    startsAt: z.iso.datetime({ offset: true }),
    receivers: z.array(z.object({ name: z.string() })),
    status: z.object({ state: z.enum(["unprocessed", "active", "suppressed"]) }),
  }),
);
const ApiStatus = z.object({ uptime: z.iso.datetime({ offset: true }) });
const Created = z.object({ silenceID: z.string() });

/** An alert that Alertmanager has now; suppressed ones are silenced or inhibited, and sent to nobody. */
export interface KnownAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: Date;
  readonly receivers: readonly string[];
  readonly state: "unprocessed" | "active" | "suppressed";
}

/** What Alertmanager has, and since when it runs; or why it does not say. */
export type Known =
  | { readonly kind: "answered"; readonly since: Date; readonly alerts: readonly KnownAlert[] }
  | { readonly kind: "unanswered"; readonly detail: string };

/** Alertmanager's API v2, as far as silences and what fires go. */
export interface Alertmanager extends AsyncDisposable {
  readonly host: string;
  /** Silences that are not over, with what each hides. Throws RuleBroken unavailable. */
  silences(signal: AbortSignal): Promise<Silence[]>;
  /** Every alert that it has now, silenced or not. A failure is returned. */
  known(signal: AbortSignal): Promise<Known>;
  /** Returns its id. Throws RuleBroken unavailable, or unprocessable where Alertmanager refuses it. */
  create(silence: NewSilence, signal: AbortSignal): Promise<string>;
  /** False when there is no such silence. Throws RuleBroken unavailable. */
  expire(id: string, signal: AbortSignal): Promise<boolean>;
}

interface NewSilence {
  readonly matchers: readonly Matcher[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly createdBy: string;
  readonly comment: string;
}

const unavailable = (failure: Pick<OutboundFailure, "detail">) =>
  new RuleBroken("unavailable", "Alertmanager does not answer.", { retryAfterSeconds, cause: failure.detail });

function read<S extends z.ZodType>(result: OutboundResult, schema: S): z.output<S> {
  const parsed = parseJson(result, schema);
  if (!parsed.ok) throw unavailable(parsed);
  return parsed.value;
}

const matcherOf = ({ name, value, isRegex, isEqual }: z.infer<typeof ApiMatcher>): Matcher => ({
  name,
  value,
  is_regex: isRegex,
  is_equal: isEqual,
});

function silenceOf(silence: z.infer<typeof ApiSilences>[number], alerts: z.infer<typeof ApiAlerts>): Silence {
  const { id, comment, createdBy: created_by, startsAt: starts_at, endsAt: ends_at, status, matchers } = silence;
  const hidden = alerts.filter(({ status: { silencedBy } }) => silencedBy.includes(id));
  return {
    id,
    comment,
    created_by,
    starts_at,
    ends_at,
    state: status.state,
    matchers: matchers.map(matcherOf),
    alerts: hidden
      .slice(0, silenceLimits.alertsShownMax)
      .map(({ fingerprint, labels, startsAt }) => ({ fingerprint, name: labels["alertname"] ?? "", labels, starts_at: startsAt })),
    alerts_total: hidden.length,
  };
}

async function create(outbound: Outbound, silence: NewSilence, signal: AbortSignal): Promise<string> {
  const matchers = silence.matchers.map(({ name, value, is_regex: isRegex, is_equal: isEqual }) => ({ name, value, isRegex, isEqual }));
  const body = JSON.stringify({
    matchers,
    startsAt: silence.startsAt.toISOString(),
    endsAt: silence.endsAt.toISOString(),
    createdBy: silence.createdBy,
    comment: silence.comment,
  });
  const result = await outbound.send({ method: "POST", path: "/api/v2/silences", body, signal });
  if (result.kind === "failed" && result.status === 400)
    throw new RuleBroken("unprocessable", "Alertmanager refuses this silence.", { cause: result.body ?? result.detail });
  return read(result, Created).silenceID;
}

async function known(outbound: Outbound, signal: AbortSignal): Promise<Known> {
  const [status, alerts] = await Promise.all([
    outbound.send({ method: "GET", path: "/api/v2/status", signal }),
    outbound.send({ method: "GET", path: "/api/v2/alerts", signal }),
  ]);
  const [since, has] = [parseJson(status, ApiStatus), parseJson(alerts, ApiKnownAlerts)];
  if (!since.ok) return { kind: "unanswered", detail: since.detail };
  if (!has.ok) return { kind: "unanswered", detail: has.detail };
  const known = has.value.map(({ startsAt, receivers, status: { state }, ...rest }) => ({
    ...rest,
    state,
    startsAt: new Date(startsAt),
    receivers: receivers.map(({ name }) => name),
  }));
  return { kind: "answered", since: new Date(since.value.uptime), alerts: known };
}

export function openAlertmanager({ url, token }: NonNullable<Config["alertmanager"]>, outbound: OutboundFactory): Alertmanager {
  const authorization = token === null ? {} : { authorization: async () => `Bearer ${token}` };
  const target = outbound({ name: "alertmanager", baseUrl: url, ...authorization, ...alertmanagerLimits });
  return {
    host: new URL(url).host,
    async silences(signal) {
      const [silences, alerts] = await Promise.all([
        target.send({ method: "GET", path: "/api/v2/silences", signal }),
        target.send({
          method: "GET",
          path: "/api/v2/alerts",
          query: { active: "false", inhibited: "false", silenced: "true", unprocessed: "false" },
          signal,
        }),
      ]);
      const hidden = read(alerts, ApiAlerts);
      return read(silences, ApiSilences)
        .filter(({ status }) => status.state !== "expired")
        .map((silence) => silenceOf(silence, hidden));
    },
    known: (signal) => known(target, signal),
    create: (silence, signal) => create(target, silence, signal),
    async expire(id, signal) {
      const result = await target.send({ method: "DELETE", path: `/api/v2/silence/${encodeURIComponent(id)}`, idempotent: true, signal });
      if (result.kind === "answered") return true;
      if (result.status === 404) return false;
      throw unavailable(result);
    },
    [Symbol.asyncDispose]: () => target.close(),
  };
}
