import type { Outbound } from "@sre/service-kit";
import { entityParts, subjectsOf, type Question } from "@sre/contracts/evidence";
import { answerWithin, SourceFailure, type Asking, type EvidenceSource, type Found, type SourceDeps } from "../source.ts";
import type { KubernetesConfig } from "../sources-config.ts";
import { loadClient, openApiServer } from "./access.ts";
import { createListReader, type ListReader } from "./client.ts";
import { readEvents } from "./events.ts";
import { readObjects, type Estate } from "./objects.ts";
import { readRollouts } from "./rollouts.ts";
import { readClusterTopology } from "./topology.ts";

const abouts: ReadonlySet<Question["about"]> = new Set(["objects", "events", "changes", "topology"]);

interface Opened {
  readonly outbound: Outbound;
  readonly reader: ListReader;
}

function read(estate: Estate, asking: Asking, question: Question): Promise<Found> {
  if (question.about === "objects") return readObjects(estate, asking, question);
  if (question.about === "events") return readEvents(estate, asking, question);
  if (question.about === "changes") return readRollouts(estate, asking, question);
  if (question.about === "topology") return readClusterTopology(estate, asking, question);
  throw new SourceFailure("unknown_signal", `Kubernetes knows nothing about ${question.about}`);
}

const clusterOf = (entity: string): string => entityParts(entity.split(">")[0] ?? entity).cluster;

/**
 * A cluster's API server as a source: objects, events, rollouts as changes, and topology. It only ever lists, with the rights that the
 * kubeconfig or the pod's service account has; a kind that it may not read is `denied` in the coverage. Secrets are never asked for
 * unless `secretKeys` is set, and then only the names of their keys and the lengths of their values are taken.
 */
export function openKubernetesSource(config: KubernetesConfig & { readonly secretKeys?: boolean }, deps: SourceDeps): EvidenceSource {
  const { clock, log } = deps;
  let opening: Promise<Opened> | null = null;
  let opened: Opened | null = null;
  // Begun now, so that the first question does not spend its deadline on it; a failure shows when it is asked.
  loadClient().catch(() => undefined);
  const open = (): Promise<Opened> => {
    opening ??= openApiServer(config, deps).then(
      (outbound) => (opened = { outbound, reader: createListReader({ source: config.name, outbound, clock }) }),
      (error: unknown) => {
        // A kubeconfig that was not there yet may be there at the next question.
        opening = null;
        throw error;
      },
    );
    return opening;
  };
  return {
    name: config.name,
    kind: "kubernetes",
    cluster: config.cluster,
    answers: (question) =>
      abouts.has(question.about) &&
      (config.cluster === null || subjectsOf(question).some((entity) => clusterOf(entity) === config.cluster)),
    ask: (question, context) =>
      answerWithin({ name: config.name, log }, { question, context }, async (asking) => {
        const { reader } = await open();
        const cluster = config.cluster ?? clusterOf(subjectsOf(question)[0] ?? "");
        return read({ cluster, reader, secretKeys: config.secretKeys ?? false, nowMs: clock.now().getTime() }, asking, question);
      }),
    breakerState: () => opened?.outbound.breakerState() ?? "closed",
    async close() {
      await opened?.outbound.close();
    },
  };
}
