import { entityParts, type EntityId } from "@sre/contracts/evidence";
import type { Truth } from "./labels.ts";
import type { RankedCause } from "./prediction.ts";

/** One way of asking whether an answer is the truth: both as a word of the data set, null when an answer has none in it. */
export interface Measure {
  readonly name: string;
  said(cause: RankedCause): string | null;
  readonly truth: string;
}

const partsOf = (id: EntityId) => entityParts(id);
const upwards = ({ entity, belongs_to }: RankedCause): EntityId[] => [entity, ...belongs_to];

const workloads: ReadonlySet<string> = new Set(["service", "workload", "deployment", "statefulset", "daemonset", "database", "queue"]);

/** The service or workload that a cause is in, by name. */
function serviceOf(cause: RankedCause): string {
  const id = upwards(cause).find((each) => workloads.has(partsOf(each).kind)) ?? cause.entity;
  return partsOf(id).name;
}

/** Sock Shop counts a service's database as the service. */
const withDatabase = (cause: RankedCause): string => serviceOf(cause).replace(/-db$/, "");

// What a kind of fault would show as in a set that labels the disturbed measure.
function disturbed({ fault }: RankedCause): string {
  if (/memory/.test(fault)) return "mem";
  if (/cpu|throttl/.test(fault)) return "cpu";
  if (/disk|storage/.test(fault)) return "disk";
  return /latency|slow|delay|network/.test(fault) ? "latency" : fault;
}

/** "node/worker-01", "namespace/shop" or "app/cart": the nearest of these upwards. */
function clusterObject(cause: RankedCause): string | null {
  for (const id of upwards(cause)) {
    const { kind, name, namespace } = partsOf(id);
    if (kind === "node") return `node/${name}`;
    if (kind === "component") return `node/${name.split(":")[0] ?? name}`;
    if (kind === "namespace") return `namespace/${name}`;
    if (kind === "quota") return `namespace/${namespace}`;
    if (workloads.has(kind)) return `app/${name}`;
  }
  return null;
}

// Faults whose name in the product differs from the benchmark's; the others bear the same name or have no counterpart.
const benchmarkKinds: Readonly<Record<string, string>> = {
  out_of_memory: "oom_killed",
  connection_pool_exhausted: "db_connection_exhaustion",
  cpu_saturation: "pod_cpu_overload",
  node_cpu_saturation: "pod_cpu_overload",
};

function objectAndKind(cause: RankedCause): string | null {
  const object = clusterObject(cause);
  return object === null ? null : `${object} ${benchmarkKinds[cause.fault] ?? cause.fault}`;
}

/** What is asked of the answers to a case of each data set, the object alone first. A kind has one category, so that naming the kind names it. */
export function measuresOf(truth: Truth): Measure[] {
  switch (truth.set) {
    case "petshop":
      return [{ name: "node", said: ({ entity }) => partsOf(entity).name, truth: truth.node }];
    case "sock-shop":
      return [
        { name: "service", said: withDatabase, truth: truth.service },
        {
          name: "service + metric",
          said: (cause) => `${withDatabase(cause)} ${disturbed(cause)}`,
          truth: `${truth.service} ${truth.metric}`,
        },
      ];
    case "cloud-opsbench":
      return [
        { name: "object", said: clusterObject, truth: truth.object },
        { name: "object + kind + category", said: objectAndKind, truth: `${truth.object} ${truth.kind}` },
      ];
    case "nezha":
      return [{ name: "service", said: serviceOf, truth: truth.service }];
  }
}
