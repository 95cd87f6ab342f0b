export { collect, nobody, type CollectInput } from "./collect.ts";
export { openControlPlaneSource } from "./control-plane/index.ts";
export { createMemoryGate, type InFlightGate } from "./gate.ts";
export { gatedOutbound } from "./gated-outbound.ts";
export { openKubernetesSource } from "./kubernetes/index.ts";
export { handoversOf, sampleTraces, type TracedLine } from "./loki/handovers.ts";
export { clusterLogLines, type LogLine, type LogPattern } from "./loki/patterns.ts";
export { openLokiSource } from "./loki/index.ts";
export { openSource } from "./open-source.ts";
export { readConventions, type Conventions } from "./prometheus/conventions.ts";
export { openPrometheusSource } from "./prometheus/index.ts";
export { cutText, plainText, redact } from "./redact.ts";
export { readSnapshot, snapshotHash, snapshotSource, snapshotSources, SnapshotUnreadable, writeSnapshot } from "./snapshot/index.ts";
export {
  answered,
  answerWithin,
  failureOf,
  instantOf,
  SourceFailure,
  unanswered,
  type AskContext,
  type Asking,
  type BreakerState,
  type EvidenceSource,
  type Found,
  type SourceDeps,
  type SourceKind,
} from "./source.ts";
export {
  readSources,
  sourceDefaults,
  sourcesEnvironment,
  type ControlPlaneConfig,
  type KubernetesConfig,
  type LokiConfig,
  type PrometheusConfig,
  type SnapshotConfig,
  type SourceAccess,
  type SourceConfig,
  type SourcesEnvironment,
} from "./sources-config.ts";
