import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";

/** When a fault began, in milliseconds since the epoch, where its data set says so. */
interface Began {
  readonly onsetMs?: number;
}

/** The truth of one case, in the words of its data set. */
export type Truth =
  | { readonly set: "petshop"; readonly kind: string; readonly node: string }
  | ({ readonly set: "sock-shop"; readonly kind: string; readonly service: string; readonly metric: string } & Began)
  | { readonly set: "cloud-opsbench"; readonly kind: string; readonly object: string }
  | ({ readonly set: "nezha"; readonly kind: string; readonly service: string } & Began)
  /** Of a case of the change suite: the id of the change that brought the fault; null where none did. */
  | { readonly set: "changes"; readonly kind: string; readonly change: string | null }
  | { readonly set: "normal"; readonly kind: string };

const Petshop = z.object({ scenario: z.string(), root_cause: z.object({ node: z.string(), metric: z.string().nullish() }) });
const SockShop = z.object({ service: z.string(), metric: z.string(), onset: z.number().optional() });
const CloudOpsBench = z.object({ fault_object: z.string(), root_cause: z.string() });
const Nezha = z.object({ service: z.string(), type: z.string(), inject_time_utc: z.string().optional() });
const Changes = z.object({ change: z.string().nullable(), kind: z.string() });
const Normal = z.object({ type: z.literal("normal") });

const began = (ms: number): Began => (Number.isFinite(ms) ? { onsetMs: ms } : {});

/** Reads one label, whichever data set it is of; null when it is of none. */
function truthOf(label: unknown): Truth | null {
  const petshop = Petshop.safeParse(label);
  if (petshop.success) {
    const { scenario, root_cause: cause } = petshop.data;
    return { set: "petshop", kind: cause.metric ? `${scenario} ${cause.metric}` : scenario, node: cause.node };
  }
  const sockShop = SockShop.safeParse(label);
  if (sockShop.success) {
    const { service, metric, onset } = sockShop.data;
    return { set: "sock-shop", kind: metric, service, metric, ...began((onset ?? Number.NaN) * 1_000) };
  }
  const bench = CloudOpsBench.safeParse(label);
  if (bench.success) return { set: "cloud-opsbench", kind: bench.data.root_cause, object: bench.data.fault_object };
  const nezha = Nezha.safeParse(label);
  if (nezha.success) {
    const { service, type, inject_time_utc: at } = nezha.data;
    return { set: "nezha", kind: type, service, ...began(at === undefined ? Number.NaN : Date.parse(`${at.replace(" ", "T")}Z`)) };
  }
  const changes = Changes.safeParse(label);
  if (changes.success) return { set: "changes", ...changes.data };
  return Normal.safeParse(label).success ? { set: "normal", kind: "normal" } : null;
}

const labelFile = /^labels[^/]*\.json$/;

/** How far below the given directory label files may lie. */
const depthMax = 2;

async function labelFiles(directory: string, depth = depthMax): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const own = entries.filter((entry) => entry.isFile() && labelFile.test(entry.name)).map(({ name }) => join(directory, name));
  const folders = depth === 0 ? [] : entries.filter((entry) => entry.isDirectory() && entry.name !== "cases");
  const below = await Promise.all(folders.map(({ name }) => labelFiles(join(directory, name), depth - 1)));
  return [...own, ...below.flat()].sort();
}

/** One labelled case. */
export interface Label {
  /** The folder that its labels lie in. */
  readonly folder: string;
  readonly id: string;
  readonly truth: Truth;
}

/** The labels of one or several data sets; names may be used again in sets whose folder is called as their system is. */
export class Labels {
  readonly all: readonly Label[];
  readonly #byId: ReadonlyMap<string, readonly Label[]>;

  constructor(all: readonly Label[]) {
    this.all = all;
    this.#byId = Map.groupBy(all, ({ id }) => id);
  }

  /** The truth of a system's case; undefined when no label tells it, or several do and none of them lies in the system's own folder. */
  of(system: string, id: string): Truth | undefined {
    return this.labelOf(system, id)?.truth;
  }

  labelOf(system: string, id: string): Label | undefined {
    const found = this.#byId.get(id) ?? [];
    return found.find(({ folder }) => folder === system) ?? (found.length === 1 ? found[0] : this.#plain(found));
  }

  // A seeded set stands in a folder that is called as its system; a case of another system is not meant by its labels.
  #plain(found: readonly Label[]): Label | undefined {
    const plain = found.filter(({ folder }) => !folder.includes("-seeded-"));
    return plain.length === 1 ? plain[0] : undefined;
  }
}

async function labelsIn(path: string): Promise<Label[]> {
  const labels = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, "utf8")));
  return Object.entries(labels).map(([id, label]) => {
    const truth = truthOf(label);
    if (truth === null) throw new Error(`The label of ${id} in ${basename(path)} has no known form.`);
    return { folder: basename(dirname(path)), id, truth };
  });
}

/** Every label below the directories. Throws on a label of an unknown form. */
export async function readLabels(directories: readonly string[]): Promise<Labels> {
  const files = await Promise.all(directories.map((directory) => labelFiles(directory)));
  return new Labels((await Promise.all([...new Set(files.flat())].map(labelsIn))).flat());
}
