import { z } from "zod";

export interface FieldProblem {
  readonly name: string;
  readonly problem: string;
}

/** The service cannot start with this configuration: names the fields, never their values. */
export class ConfigurationError extends Error {
  readonly fields: readonly FieldProblem[];

  constructor(fields: readonly FieldProblem[]) {
    super(`Configuration: ${fields.map(({ name, problem }) => `${name} ${problem}`).join("; ")}`);
    this.name = "ConfigurationError";
    this.fields = fields;
  }
}

// Zod's own messages may quote the value, so only issues written by us (custom) and the kind of issue are repeated.
function problemOf(issue: z.core.$ZodIssue, isSet: boolean): string {
  if (!isSet) return "is required";
  switch (issue.code) {
    case "custom":
      return issue.message;
    case "invalid_type":
      return `must be a ${issue.expected}`;
    case "invalid_format":
      return `must be a ${issue.format === "regex" ? "text of the documented form" : issue.format}`;
    case "too_small":
      return `must be at least ${issue.minimum}${issue.origin === "string" ? " characters long" : ""}`;
    case "too_big":
      return `must be at most ${issue.maximum}${issue.origin === "string" ? " characters long" : ""}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    default:
      return "is not valid";
  }
}

/**
 * Reads the fields of `schema` from the environment; an empty value counts as unset.
 * Throws a ConfigurationError that names every field at fault.
 */
export function readEnvironment<S extends z.ZodObject>(schema: S, env: Readonly<Record<string, string | undefined>>): z.output<S> {
  const names = Object.keys(schema.shape);
  const present = Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] ?? "environment");
    if (!problems.has(name)) problems.set(name, problemOf(issue, name in present || issue.code === "custom"));
  }
  throw new ConfigurationError([...problems].map(([name, problem]) => ({ name, problem })));
}

export interface EnvironmentField {
  readonly name: string;
  readonly description: string;
  readonly default: string | null;
  readonly unit: string | null;
  readonly required: boolean;
  readonly secret: boolean;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function defaultOf(field: z.ZodType): string | null {
  const whenUnset = field.safeParse(undefined);
  if (!whenUnset.success || whenUnset.data === undefined || whenUnset.data === null) return null;
  return typeof whenUnset.data === "string" ? whenUnset.data : JSON.stringify(whenUnset.data);
}

/** What each variable means, from `.meta({ description, unit, secret })`: the source of `.env.example`. */
export function describeEnvironment(schema: z.ZodObject): EnvironmentField[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const type = field as z.ZodType;
    const meta = type.meta() ?? {};
    return {
      name,
      description: textOf(meta.description) ?? "",
      default: defaultOf(type),
      unit: textOf(meta["unit"]),
      required: !type.safeParse(undefined).success,
      secret: meta["secret"] === true,
    };
  });
}

/** An on/off variable: 1, true, on or 0, false, off. */
export function flag(whenUnset: boolean) {
  return z
    .enum(["1", "true", "on", "0", "false", "off"])
    .default(whenUnset ? "1" : "0")
    .transform((value) => value === "1" || value === "true" || value === "on");
}
