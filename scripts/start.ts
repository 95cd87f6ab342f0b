import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { root } from "./processes.ts";
import { buildConsole } from "./start/console-build.ts";
import { showScenarios } from "./start/demo.ts";
import { operatorToken, settingsOf } from "./start/settings.ts";
import { localSecrets } from "./start/secrets.ts";
import { startProcess, stopAll, untilReady, type Running } from "./start/supervise.ts";

const readyWithinMs = 120_000;
// Nothing that was acked depends on an orderly end, and the next start wants the ports at once.
const graceMs = 1_500;

/** Starts both services on embedded defaults, shows the recorded incidents (unless real sources are given), and stays until it is stopped or a service ends. */
async function main(): Promise<void> {
  const given = join(root, ".env");
  if (existsSync(given)) process.loadEnvFile(given);
  const dataDirectory = resolve(root, process.env["DATA_DIR"] ?? ".data");
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const settings = settingsOf(process.env, localSecrets(dataDirectory), dataDirectory);
  const stopping = stopRequested();
  await buildConsole();
  const all = settings.services.map((service) => startProcess(service, dataDirectory));
  try {
    const anyEnd = Promise.race(all.map((running) => running.ended));
    await Promise.race([Promise.all(all.map((running) => untilReady(running, readyWithinMs))), stopping]);
    if (!settings.realSources)
      await Promise.race([
        showScenarios({ url: settings.controlPlaneUrl, ingestToken: settings.ingestToken, operatorToken: operatorToken(settings) }),
        stopping,
      ]);
    greet(settings, all);
    const end = await Promise.race([anyEnd, stopping]);
    if (end !== "stop") throw new Error(end);
  } finally {
    await stopAll(all, graceMs);
  }
}

function greet(settings: ReturnType<typeof settingsOf>, all: readonly Running[]): void {
  console.log(`console: ${settings.controlPlaneUrl}/`);
  if (settings.realSources)
    console.log(
      `webhook for Alertmanager: ${settings.controlPlaneUrl}/api/v1/webhooks/alertmanager (its token stands in ${join(settings.dataDirectory, "secrets.json")})`,
    );
  console.log(`logs: ${all.map((running) => running.logFile).join(" ")}`);
}

/** Settles when a person, the shell or the launcher wants us to stop; a broken channel means that the launcher was killed. */
function stopRequested(): Promise<"stop"> {
  return new Promise((done) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => done("stop"));
    process.once("disconnect", () => done("stop"));
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
