import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../processes.ts";

/** One change of one file: the characters from `start` to `end` become `text`. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly change: string;
  /** Test files, of which one must fail. */
  readonly tests: readonly string[];
}

interface Operator {
  readonly name: string;
  readonly pattern: RegExp;
  readonly into: (found: string) => string;
}

const opposites: Readonly<Record<string, string>> = {
  " === ": " !== ", " !== ": " === ", " && ": " || ", " || ": " && ", ".every(": ".some(", ".some(": ".every(", " > ": " <= ", " <= ": " > ",
}; // prettier-ignore

const removal: Operator = {
  name: "a guard is removed",
  pattern: /^ *if \((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s+(?:throw|return)\b[^;]*;|^ *if \([^\n]*\) \{\n *throw [^}]*;\n *\}/gm,
  into: () => "",
};
const opposite: Operator = {
  name: "an operator is turned round",
  pattern: / (?:===|!==|&&|\|\||>|<=) |\.(?:every|some)\(/g,
  into: (found) => opposites[found] ?? found,
};
const scopeCheck: Operator = {
  name: "a verb no longer asks for its scope",
  pattern: /^ *requireScope\(ctx, "[\w:]+"\);/gm,
  into: () => "",
};
const teamFilter: Operator = {
  name: "a query no longer asks for the team",
  pattern: /\s*\.where\("(?:\w+\.)?team_id", "=", \w+(?:\.\w+)*\)/g,
  into: () => "",
};

const isComment = (text: string, at: number): boolean => /^\s*(?:\/\/|\*|\/\*)/.test(text.slice(text.lastIndexOf("\n", at) + 1));

function mutantsOf(file: string, operator: Operator, tests: readonly string[]): Mutant[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(operator.pattern)]
    .filter(({ index }) => !isComment(text, index))
    .map((match) => {
      const start = match.index;
      const line = text.slice(0, start + (/^\s*/.exec(match[0])?.[0].length ?? 0)).split("\n").length;
      const change = `${operator.name}: ${match[0].trim().split("\n")[0]}`;
      return { file, line, start, end: start + match[0].length, text: operator.into(match[0]), change, tests };
    });
}

const identityTests = ["packages/service-kit/src/identity/roles.test.ts", "packages/service-kit/src/identity/token-verifier.test.ts"];
const guardTests = ["packages/service-kit/src/http/guards.test.ts", "packages/service-kit/src/http/server.test.ts"];
const accessTests = (app: string): string[] => [`apps/${app}/src/access/access.test.ts`];

const authorisation: readonly { readonly file: string; readonly tests: readonly string[] }[] = [
  { file: "packages/contracts/src/shared/roles.ts", tests: ["packages/contracts/src/shared/permissions.test.ts", ...guardTests] },
  { file: "packages/contracts/src/shared/permissions.ts", tests: ["packages/contracts/src/shared/permissions.test.ts", ...guardTests] },
  { file: "packages/service-kit/src/http/guards.ts", tests: guardTests },
  { file: "packages/service-kit/src/identity/roles.ts", tests: identityTests },
  { file: "packages/service-kit/src/identity/token-verifier.ts", tests: identityTests },
  {
    file: "apps/control-plane/src/people/authenticate.ts",
    tests: ["apps/control-plane/src/people/people.test.ts", ...accessTests("control-plane")],
  },
];

const sourcesOf = (app: string): string[] =>
  globSync(`apps/${app}/src/**/*.ts`, { cwd: root, exclude: (path) => path.includes("testing") || path.endsWith(".test.ts") })
    .map((path) => relative(root, join(root, path)))
    .sort();

/** Every mutant of the code that decides who may do what: `guards` of identity and permission, `verbs` for scopes, `teams` for the team in each query. */
export function mutantsFor(kind: string): Mutant[] {
  if (kind === "guards")
    return authorisation.flatMap(({ file, tests }) => [removal, opposite].flatMap((operator) => mutantsOf(file, operator, tests)));
  const operator = kind === "verbs" ? scopeCheck : teamFilter;
  return ["control-plane", "assistant"].flatMap((app) => sourcesOf(app).flatMap((file) => mutantsOf(file, operator, accessTests(app))));
}
