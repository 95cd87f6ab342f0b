import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";

/** The truth of one case, in the words of its data set. */
export type Truth =
  | { readonly set: "petshop"; readonly kind: string; readonly node: string }
  | { readonly set: "sock-shop"; readonly kind: string; readonly service: string; readonly metric: string }
  | { readonly set: "cloud-opsbench"; readonly kind: string; readonly object: string }
  | { readonly set: "nezha"; readonly kind: string; readonly service: string };

const Petshop = z.object({ scenario: z.string(), root_cause: z.object({ node: z.string(), metric: z.string().nullish() }) });
const SockShop = z.object({ service: z.string(), metric: z.string() });
const CloudOpsBench = z.object({ fault_object: z.string(), root_cause: z.string() });
const Nezha = z.object({ service: z.string(), type: z.string() });

/** Reads one label, whichever data set it is of; null when it is of none. */
function truthOf(label: unknown): Truth | null {
  const petshop = Petshop.safeParse(label);
  if (petshop.success) {
    const { scenario, root_cause: cause } = petshop.data;
    return { set: "petshop", kind: cause.metric ? `${scenario} ${cause.metric}` : scenario, node: cause.node };
  }
  const sockShop = SockShop.safeParse(label);
  if (sockShop.success) return { set: "sock-shop", kind: sockShop.data.metric, ...sockShop.data };
  const bench = CloudOpsBench.safeParse(label);
  if (bench.success) return { set: "cloud-opsbench", kind: bench.data.root_cause, object: bench.data.fault_object };
  const nezha = Nezha.safeParse(label);
  return nezha.success ? { set: "nezha", kind: nezha.data.type, service: nezha.data.service } : null;
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

/** The truth of every labelled case below a directory, by the case's name. Throws on a label of an unknown form. */
export async function readLabels(directory: string): Promise<ReadonlyMap<string, Truth>> {
  const truths = new Map<string, Truth>();
  for (const path of await labelFiles(directory)) {
    const labels = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, "utf8")));
    for (const [name, label] of Object.entries(labels)) {
      const truth = truthOf(label);
      if (truth === null) throw new Error(`The label of ${name} in ${basename(path)} has no known form.`);
      truths.set(name, truth);
    }
  }
  return truths;
}
