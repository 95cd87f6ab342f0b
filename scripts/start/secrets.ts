import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const names = ["INGEST_TOKEN", "CONTROL_PLANE_CLIENT_SECRET", "ASSISTANT_CLIENT_SECRET", "CONSOLE_CLIENT_SECRET", "OPERATOR_CLIENT_SECRET", "DEVELOPMENT_ISSUER_SECRET"] as const; // prettier-ignore
export type Secrets = Readonly<Record<(typeof names)[number], string>>;

/** Secrets of this data directory: made once at random, readable by the owner only, never printed. */
export function localSecrets(dataDirectory: string): Secrets {
  const path = join(dataDirectory, "secrets.json");
  const stored = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Partial<Record<string, string>>) : {};
  const secrets = Object.fromEntries(names.map((name) => [name, stored[name] ?? randomBytes(32).toString("base64url")])) as Secrets;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}
