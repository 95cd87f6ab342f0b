/** An object of unknown form. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

function at(fields: unknown, path: readonly string[]): unknown {
  let value: unknown = fields;
  for (const key of path) value = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** The object at a path; empty when there is none. */
export function fieldsAt(fields: unknown, ...path: readonly string[]): Fields {
  const value = at(fields, path);
  return isFields(value) ? value : {};
}

/** The objects in the list at a path; empty when there is none. */
export function listAt(fields: unknown, ...path: readonly string[]): readonly Fields[] {
  const value = at(fields, path);
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** A text or a number at a path, as text; "" when there is none. */
export function textAt(fields: unknown, ...path: readonly string[]): string {
  const value = at(fields, path);
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

/** A number at a path; null when there is none. */
export function numberAt(fields: unknown, ...path: readonly string[]): number | null {
  const value = at(fields, path);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Texts by name; what is no text is left out. */
export function textsAt(fields: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsAt(fields, ...path));
  return Object.fromEntries(entries.filter((pair): pair is [string, string] => typeof pair[1] === "string"));
}

/** The object without what is undefined: unset is not the same as empty. */
export function present(fields: Record<string, unknown>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
