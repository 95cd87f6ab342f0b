import { createLog, createMetrics, defaultTeamId, type CallContext, type Log, type Metrics } from "@sre/service-kit";

/** A log that nobody reads. */
export const quietLog: Log = createLog({ service: "test", level: "silent" });

/** Metrics of the caller alone. */
export function testMetrics(): Metrics {
  return createMetrics("test");
}

const testInstant = "2026-11-24T10:00:00.000Z";

/** The call of a person of the default team at 2026-11-24T10:00Z. `scopes` is short for a principal that holds them; none otherwise. */
export function testContext(overrides: Partial<CallContext> & { readonly scopes?: readonly string[] } = {}): CallContext {
  const { scopes = [], ...rest } = overrides;
  const teamId = rest.teamId ?? defaultTeamId;
  return {
    teamId,
    principal: { kind: "person", subject: "tester", name: "Tester", teamId, scopes: new Set(scopes), roles: new Set() },
    traceId: "0123456789abcdef0123456789abcdef",
    at: new Date(testInstant),
    log: quietLog,
    signal: new AbortController().signal,
    ...rest,
  };
}
