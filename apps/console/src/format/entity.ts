export interface EntityName {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The parts of an entity's id; a part with a broken percent sequence is kept as it is. */
export function entityName(id: string): EntityName {
  const [cluster = "", namespace = "", kind = "", name = ""] = id.split("/").map(decode);
  return { cluster, namespace, kind, name: name || id };
}

/** What people call it: the last part of the id. An edge is "caller → callee". */
export function shortName(id: string): string {
  const [from, , to] = id.split(">");
  return from !== undefined && to !== undefined ? `${entityName(from).name} → ${entityName(to).name}` : entityName(id).name;
}
