import { readFileSync } from "node:fs";
import { openControlPlaneSource } from "./control-plane/index.ts";
import { openKubernetesSource } from "./kubernetes/index.ts";
import { openLokiSource } from "./loki/index.ts";
import { openPrometheusSource } from "./prometheus/index.ts";
import { readSnapshot, snapshotSource } from "./snapshot/index.ts";
import type { EvidenceSource, SourceDeps } from "./source.ts";
import type { SourceConfig } from "./sources-config.ts";

/** Opens one configured source. Opening asks nothing: a source that is down answers `unreachable` when it is asked. */
export function openSource(config: SourceConfig, deps: SourceDeps): EvidenceSource {
  switch (config.kind) {
    case "prometheus":
      return openPrometheusSource(config, deps);
    case "loki":
      return openLokiSource(config, deps);
    case "kubernetes":
      return openKubernetesSource(config, deps);
    case "control-plane":
      return openControlPlaneSource(config, deps);
    case "snapshot":
      return snapshotSource(readSnapshot(readFileSync(config.file)));
  }
}
