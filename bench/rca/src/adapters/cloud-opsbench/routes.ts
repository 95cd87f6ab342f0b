import { parse } from "yaml";
import { addressOf, withDefaults, type Address } from "./addresses.ts";
import { isFields, type Fields } from "./fields.ts";

/** What a gateway's configuration sends where. */
export interface Route {
  /** What the configuration calls it; "" where it has no name. */
  readonly id: string;
  readonly path: string;
  readonly to: Address;
}

const routesMax = 500;
const depthMax = 12;
const targetKeys = ["uri", "url", "upstream", "backend", "target", "proxy_pass"];

function targetOf(fields: Fields): Address | null {
  const values = targetKeys.flatMap((key) => (typeof fields[key] === "string" ? [fields[key]] : []));
  return values.map((value) => addressOf(withDefaults(value))).find((address) => address !== null) ?? null;
}

function texts(value: unknown, depth: number): string[] {
  if (depth > 4) return [];
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap((inner) => texts(inner, depth + 1)) : [];
}

function pathsOf(fields: Fields): string[] {
  const found = texts(fields, 0).flatMap((text) => /^(?:Path=)?(\/.*)$/.exec(text.trim())?.[1]?.split(",") ?? []);
  return [...new Set(found.map((path) => path.trim()))];
}

function walk(value: unknown, depth: number): Route[] {
  if (depth > depthMax || typeof value !== "object" || value === null) return [];
  const to = isFields(value) ? targetOf(value) : null;
  if (to !== null && isFields(value))
    return pathsOf(value).map((path) => ({ id: typeof value["id"] === "string" ? value["id"] : "", path, to }));
  return Object.values(value).flatMap((inner) => walk(inner, depth + 1));
}

/** The routes in a YAML or JSON text: things that name an address and paths; none in any other text. */
export function routesIn(text: string): Route[] {
  try {
    return walk(parse(text, { maxAliasCount: 100 }) as unknown, 0).slice(0, routesMax);
  } catch {
    return [];
  }
}
