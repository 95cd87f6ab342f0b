import { readFile } from "node:fs/promises";
import { DeclareTopology } from "@sre/contracts/control-plane";
import { ConfigurationError, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { declareTopology } from "./declare-topology.ts";

const fileBytesMax = 16 * 1024 * 1024;

function parse(text: string): DeclareTopology {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigurationError([{ name: "TOPOLOGY_FILE", problem: "must hold JSON" }]);
  }
  const parsed = DeclareTopology.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError([
    { name: "TOPOLOGY_FILE", problem: `is not valid at ${parsed.error.issues[0]?.path.join(".") || "the top"}` },
  ]);
}

/** Declares the topology of a file. Throws a ConfigurationError for a file that cannot be used. */
export async function loadTopologyFile(app: App, ctx: CallContext, path: string): Promise<void> {
  const bytes = await readFile(path).catch(() => {
    throw new ConfigurationError([{ name: "TOPOLOGY_FILE", problem: "names a file that cannot be read" }]);
  });
  if (bytes.byteLength > fileBytesMax) throw new ConfigurationError([{ name: "TOPOLOGY_FILE", problem: "is larger than 16 MiB" }]);
  const counts = await declareTopology(app, ctx, parse(bytes.toString("utf8")));
  app.log.info(counts, "topology file declared");
}
