import { z } from "zod";
import { builtInConventions, builtInLabels } from "./catalogue.ts";
import { Convention, Roles, type LabelRole } from "./convention.ts";

const ConventionsFile = z.strictObject({
  labels: Roles.default({}).meta({ description: "labels of each role, tried before the built-in ones" }),
  replace_labels: z.boolean().default(false),
  conventions: z.array(Convention).max(500).default([]),
  without: z.array(z.string()).default([]).meta({ description: "ids of built-in conventions to leave out" }),
});

/** How metrics and labels are named here: data, the first that exists wins. */
export interface Conventions {
  readonly labels: Readonly<Record<LabelRole, readonly string[]>>;
  readonly measures: readonly Convention[];
}

/** The built-in conventions, with those of a file before them. Throws a ZodError on a file of another form. */
export function readConventions(file: unknown): Conventions {
  const given = ConventionsFile.parse(file ?? {});
  const roles = Object.keys(builtInLabels) as LabelRole[];
  const labels: Record<LabelRole, readonly string[]> = { ...builtInLabels };
  for (const role of roles) {
    const first = given.labels[role] ?? [];
    labels[role] = given.replace_labels && first.length > 0 ? first : [...new Set([...first, ...builtInLabels[role]])];
  }
  const builtIn = builtInConventions.filter(({ id }) => !given.without.includes(id));
  return { labels, measures: [...given.conventions, ...builtIn] };
}
