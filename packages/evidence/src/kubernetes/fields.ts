import type { Instant } from "@sre/contracts/evidence";

/** A value of unknown form, as the API server sent it. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a path; undefined when there is none. */
export function at(fields: unknown, ...path: readonly string[]): unknown {
  let value: unknown = fields;
  for (const key of path) value = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

export function fieldsAt(fields: unknown, ...path: readonly string[]): Fields {
  const value = at(fields, ...path);
  return isFields(value) ? value : {};
}

export function listAt(fields: unknown, ...path: readonly string[]): readonly Fields[] {
  const value = at(fields, ...path);
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** A text at a path; "" when there is none. */
export function textAt(fields: unknown, ...path: readonly string[]): string {
  const value = at(fields, ...path);
  return typeof value === "string" ? value : "";
}

export function numberAt(fields: unknown, ...path: readonly string[]): number | null {
  const value = at(fields, ...path);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Texts by name; what is no text is left out. */
export function textsAt(fields: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fieldsAt(fields, ...path)).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

/** A Kubernetes timestamp (RFC 3339 with a zone) in our one spelling; null when it is absent or something else. */
export function instantAt(fields: unknown, ...path: readonly string[]): Instant | null {
  const text = textAt(fields, ...path);
  const ms = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
