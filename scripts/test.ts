import { runStep } from "./processes.ts";

// Unit tests need nothing but Node: the database is embedded, sources are recorded or faked on loopback.
const { ok } = await runStep({ name: "unit tests", command: ["vitest", "run", "--project", "unit", ...process.argv.slice(2)] }, true);
process.exitCode = ok ? 0 : 1;
