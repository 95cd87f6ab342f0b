import { present, type Fields } from "../fields.ts";
import { metadataOf } from "./describe-workload.ts";
import { belowOf, rowsOf, textsOf, valueOf, type Line } from "./outline.ts";

const accessModes: Readonly<Record<string, string>> = {
  RWO: "ReadWriteOnce",
  ROX: "ReadOnlyMany",
  RWX: "ReadWriteMany",
  RWOP: "ReadWriteOncePod",
};

function modes(lines: readonly Line[]): string[] | undefined {
  const text = valueOf(lines, "Access Modes");
  return text === "" ? undefined : text.split(",").map((one) => accessModes[one.trim()] ?? one.trim());
}

function capacity(lines: readonly Line[]): Fields | undefined {
  const text = valueOf(lines, "Capacity");
  return text === "" ? undefined : { storage: text };
}

/** A claim: what it has. What it asks for stands in its manifest only. */
export function claimOf(lines: readonly Line[]): Fields {
  return {
    kind: "PersistentVolumeClaim",
    metadata: metadataOf(lines),
    spec: present({
      storageClassName: valueOf(lines, "StorageClass"),
      volumeName: valueOf(lines, "Volume") || undefined,
      volumeMode: valueOf(lines, "VolumeMode") || undefined,
    }),
    status: present({ phase: valueOf(lines, "Status"), accessModes: modes(lines), capacity: capacity(lines) }),
  };
}

/** A volume. */
export function volumeOf(lines: readonly Line[]): Fields {
  const [namespace, name] = valueOf(lines, "Claim").split("/");
  const source = belowOf(lines, "Source");
  return {
    kind: "PersistentVolume",
    metadata: metadataOf(lines),
    spec: present({
      storageClassName: valueOf(lines, "StorageClass"),
      accessModes: modes(lines),
      capacity: capacity(lines),
      volumeMode: valueOf(lines, "VolumeMode") || undefined,
      persistentVolumeReclaimPolicy: valueOf(lines, "Reclaim Policy") || undefined,
      claimRef: name === undefined ? undefined : { namespace, name },
      nodeAffinityShown: textsOf(lines, "Node Affinity"),
      source: { type: valueOf(source, "Type").split(" ")[0], path: valueOf(source, "Path") || undefined },
    }),
    status: present({ phase: valueOf(lines, "Status"), message: valueOf(lines, "Message") || undefined }),
  };
}

/** A storage class. */
export function storageClassOf(lines: readonly Line[]): Fields {
  return {
    kind: "StorageClass",
    metadata: metadataOf(lines),
    spec: present({
      provisioner: valueOf(lines, "Provisioner"),
      volumeBindingMode: valueOf(lines, "VolumeBindingMode"),
      reclaimPolicy: valueOf(lines, "ReclaimPolicy"),
      isDefault: valueOf(lines, "IsDefaultClass") === "Yes",
    }),
  };
}

/** A quota: what it allows and what is used, by resource. The table stands beside the name, not below it. */
export function quotaOf(lines: readonly Line[]): Fields {
  const from = lines.findIndex(({ text }) => /^Resource\s+Used\s+Hard$/.test(text));
  const rows = from < 0 ? [] : rowsOf(lines.slice(from + 1)).filter((row) => row.length === 3);
  const column = (index: 1 | 2) => Object.fromEntries(rows.map((row) => [row[0] ?? "", row[index] ?? ""]));
  return {
    kind: "ResourceQuota",
    metadata: metadataOf(lines),
    spec: { hard: column(2) },
    status: { hard: column(2), used: column(1) },
  };
}
