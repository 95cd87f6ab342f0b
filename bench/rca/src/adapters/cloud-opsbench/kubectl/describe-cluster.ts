import { present, type Fields } from "../fields.ts";
import { zonedInstant } from "../time.ts";
import { metadataOf } from "./describe-workload.ts";
import { belowOf, rowsOf, textsOf, valueOf, type Line } from "./outline.ts";

function taint(text: string): Fields {
  const found = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text);
  return found ? present({ key: found[1], value: found[2], effect: found[3] }) : { shown: text };
}

function conditions(lines: readonly Line[]): Fields[] {
  const [, ...rows] = rowsOf(belowOf(lines, "Conditions"));
  return rows.map(([type, status, heartbeat = "", transition = "", reason, message]) =>
    present({
      type,
      status,
      lastHeartbeatTime: zonedInstant(heartbeat) ?? undefined,
      lastTransitionTime: zonedInstant(transition) ?? undefined,
      reason,
      message,
    }),
  );
}

const amounts = (lines: readonly Line[], key: string): Record<string, string> =>
  Object.fromEntries(belowOf(lines, key).map((line) => [line.key, line.value]));

/** What the pods of a node request together, by resource. */
function requested(lines: readonly Line[]): Record<string, string> {
  const rows = rowsOf(belowOf(lines, "Allocated resources"));
  const from = rows.findIndex((row) => row[0] === "Resource");
  return Object.fromEntries(
    rows.slice(from + 1).flatMap((row) => (row.length >= 2 ? [[row[0] ?? "", (row[1] ?? "").split(" ")[0] ?? ""]] : [])),
  );
}

/** A node. */
export function nodeOf(lines: readonly Line[]): Fields {
  return {
    kind: "Node",
    metadata: metadataOf(lines),
    spec: present({
      taints: textsOf(lines, "Taints").map(taint),
      unschedulable: valueOf(lines, "Unschedulable") === "true" ? true : undefined,
    }),
    status: {
      conditions: conditions(lines),
      capacity: amounts(lines, "Capacity"),
      allocatable: amounts(lines, "Allocatable"),
      requested: requested(lines),
    },
  };
}

/** A service account: which secrets it brings for pulling images. */
export function accountOf(lines: readonly Line[]): Fields {
  return {
    kind: "ServiceAccount",
    metadata: metadataOf(lines),
    spec: { imagePullSecrets: textsOf(lines, "Image pull secrets").map((name) => ({ name })) },
  };
}

/** A secret: its type, key names and their lengths. */
export function secretOf(lines: readonly Line[]): Fields {
  const sizes = lines.flatMap(({ key, value }) => {
    const bytes = /^(\d+) bytes$/.exec(value);
    return bytes ? [[key, Number(bytes[1])] as const] : [];
  });
  return { kind: "Secret", metadata: metadataOf(lines), type: valueOf(lines, "Type"), bytes: Object.fromEntries(sizes) };
}

/** A namespace. */
export function namespaceOf(lines: readonly Line[]): Fields {
  return { kind: "Namespace", metadata: metadataOf(lines), status: { phase: valueOf(lines, "Status") } };
}

/** Settings: each text by its name, which a ruled line follows. */
export function configOf(text: string, lines: readonly Line[]): Fields {
  const body = /\nData\n====\n([\s\S]*?)(?:\nBinaryData\n|\nEvents:|$)/.exec(text)?.[1] ?? "";
  const parts = body.split(/^([^\s:][^:\n]*):\n----\n/m);
  const data = Object.fromEntries(parts.slice(1).flatMap((part, i, all) => (i % 2 === 0 ? [[part, (all[i + 1] ?? "").trimEnd()]] : [])));
  return { kind: "ConfigMap", metadata: metadataOf(lines), data };
}
