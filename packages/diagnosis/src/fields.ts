type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

function at(fields: unknown, path: readonly string[]): unknown {
  let value: unknown = fields;
  for (const key of path) value = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** Reads a text out of an object of unknown form; "" when there is none. */
export function textAt(fields: unknown, ...path: string[]): string {
  const value = at(fields, path);
  return typeof value === "string" ? value : "";
}

/** Reads a number out of an object of unknown form; null when there is none. */
export function numberAt(fields: unknown, ...path: string[]): number | null {
  const value = at(fields, path);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Reads a list of objects out of an object of unknown form; empty when there is none. */
export function listAt(fields: unknown, ...path: string[]): readonly Fields[] {
  const value = at(fields, path);
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** A condition of a Kubernetes status by its type, e.g. Ready. */
export function conditionOf(status: unknown, type: string): Fields | null {
  return listAt(status, "conditions").find((condition) => textAt(condition, "type") === type) ?? null;
}
