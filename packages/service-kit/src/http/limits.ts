/** Bounds of the HTTP server. Times in milliseconds, sizes in bytes. */
export const httpLimits = {
  bodyBytesMax: 262_144,
  headerBytesMax: 16_384,
  jsonDepthMax: 32,
  jsonKeysMax: 10_000,
  /** Senders put thousands of labelled alerts into one delivery; the body limit bounds them further. */
  ingestJsonKeysMax: 250_000,
  jsonKeysPerObjectMax: 1_000,
  /** One alert with too many labels must not sink those beside it: it is quarantined by its own limits. */
  ingestJsonKeysPerObjectMax: 50_000,
  queryParametersMax: 50,
  pathParameterCharactersMax: 300,
  headersTimeoutMs: 8_000,
  requestTimeoutMs: 15_000,
  keepAliveTimeoutMs: 10_000,
  connectionsCheckMs: 1_000,
  connectionsMax: 4_096,
  handlerDeadlineMs: 30_000,
  inFlightMax: 512,
  /** Deliveries of senders among them, so that people still get their pages in a storm. */
  ingestInFlightMax: 160,
  ingestRetryAfterSeconds: 5,
  streamsMax: 1_024,
  healthCheckDeadlineMs: 1_000,
  healthCacheMs: 1_000,
  drainMs: 10_000,
} as const;

export type HttpLimits = { readonly [Name in keyof typeof httpLimits]: number };
