import { defineConfig, type OxlintOverride } from "oxlint";
import { arrows, belowTestkit, budgets } from "./architecture.ts";

const tests = ["**/*.test.ts", "**/*.test.tsx", "**/*.spec.ts"];

/** Forbids every package of ours that the folder has no arrow to, and every path into another package's source. */
function boundary(folder: string, may: readonly string[]): NonNullable<OxlintOverride["rules"]> {
  const allowed = may.flatMap((name) => [`!@sre/${name}`, `!@sre/${name}/**`]);
  const patterns = [
    { group: ["@sre/*", "@sre/*/**", ...allowed], message: `architecture.ts has no arrow from ${folder} to this package.` },
    { group: ["../**/packages/**", "../**/apps/**", "../../../**/src/**"], message: "Import a package by its name, never by path." },
  ];
  return { "eslint/no-restricted-imports": ["error", { patterns }] };
}

const folders = Object.entries(arrows) as [string, readonly string[]][];
const boundaries = folders.map(([folder, may]) => ({ files: [`${folder}/src/**`], rules: boundary(folder, may) }));
const testBoundaries = folders
  .filter(([folder]) => !belowTestkit.some((name) => folder === `packages/${name}`))
  .map(([folder, may]) => ({
    files: tests.map((glob) => `${folder}/src/${glob}`),
    rules: boundary(folder, [...may, "testkit", "contracts", folder.split("/").at(-1) ?? ""]),
  }));

export default defineConfig({
  options: { typeAware: true },
  plugins: ["eslint", "typescript", "import", "oxc", "unicorn", "promise"],
  categories: { correctness: "error" },
  ignorePatterns: ["**/dist/**", "coverage/**", "reports/**", "**/*.gen.ts"],
  rules: {
    "typescript/no-explicit-any": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-argument": "error",
    "typescript/no-unsafe-return": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/consistent-type-imports": "error",
    "typescript/only-throw-error": "error",
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "eslint/max-lines": ["error", { max: budgets.fileLinesMax }],
    "eslint/max-lines-per-function": ["error", { max: budgets.functionLinesMax }],
    "eslint/max-params": ["error", { max: budgets.parametersMax }],
    "eslint/no-console": "error",
    "eslint/eqeqeq": "error",
    "unicorn/prefer-node-protocol": "error",
  },
  overrides: [
    ...boundaries,
    ...testBoundaries,
    { files: ["apps/console/src/**/*.tsx"], rules: { "eslint/max-lines-per-function": ["error", { max: budgets.componentLinesMax }] } },
    {
      files: [...tests, "**/testing/**"],
      rules: { "eslint/max-lines-per-function": "off", "typescript/no-unsafe-assignment": "off", "typescript/no-unsafe-argument": "off" },
    },
    { files: ["scripts/**", "bench/**"], rules: { "eslint/no-console": "off" } },
    {
      files: ["**/*.mjs"],
      rules: { "typescript/no-unsafe-assignment": "off", "typescript/no-unsafe-return": "off", "typescript/no-unsafe-argument": "off" },
    },
  ],
});
