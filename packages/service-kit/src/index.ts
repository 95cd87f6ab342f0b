export { ConfigurationError, describeEnvironment, flag, readEnvironment, type EnvironmentField } from "./config/environment.ts";
export { isLoopbackUrl, requireSafeProduction, serviceEnvironment, type ServiceEnvironment } from "./config/service-environment.ts";
export { newUuid, systemClock, type Clock, type NewId } from "./lifecycle/clock.ts";
export { assert } from "./lifecycle/assert.ts";
export { RuleBroken, type RuleDetails } from "./identity/rules.ts";
export {
  anonymous,
  defaultTeamId,
  requireScope,
  systemContext,
  type CallContext,
  type HttpFacts,
  type Principal,
} from "./identity/context.ts";
export { createLog, type Log } from "./observe/log.ts";
export { createMetrics, type Metrics } from "./observe/metrics.ts";
export { scrubText } from "./observe/scrub.ts";
export { currentTraceId, currentTraceparent, runWithTraceparent, startTracing } from "./observe/tracing.ts";
export { bearerOf } from "./http/guards.ts";
export { httpLimits, type HttpLimits } from "./http/limits.ts";
export { problemOf } from "./http/problems.ts";
export { startHttpServer } from "./http/server.ts";
export type {
  Authenticate,
  AuthenticationRequest,
  Handler,
  Handlers,
  HealthCheck,
  HttpServer,
  HttpServerInput,
  Refusal,
} from "./http/types.ts";
export { createOutboundFactory } from "./outbound/outbound.ts";
export { createMailFactory, isMailAddress, type MailFactory, type MailMessage, type MailOutbound } from "./outbound/mail.ts";
export { parseJson } from "./outbound/parse-json.ts";
export type {
  FailureReason,
  Outbound,
  OutboundAnswer,
  OutboundFactory,
  OutboundFailure,
  OutboundRequest,
  OutboundResult,
  OutboundTarget,
} from "./outbound/types.ts";
export { createTokenVerifier, type Claims, type TokenVerifier, type TokenVerifierInput } from "./identity/token-verifier.ts";
export { createClientCredentials, type ClientCredentials, type ClientCredentialsInput } from "./identity/client-credentials.ts";
export { createApiClient, type ApiAnswer, type ApiClient, type ApiFailure } from "./outbound/api-client.ts";
export { failPoints } from "./lifecycle/fail-points.ts";
export { runService } from "./lifecycle/run-service.ts";
export { createCache, type Cache, type CacheInput } from "./cache/cache.ts";
