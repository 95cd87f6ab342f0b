import { createLog, runService, startTracing } from "@sre/service-kit";
import { readConfig } from "./config.ts";
import { openControlPlane } from "./control-plane.ts";

const log = createLog({ service: "control-plane", level: process.env["LOG_LEVEL"] || "info" });

await runService({
  log,
  open: async (stack) => {
    const config = readConfig(process.env);
    const tracing = startTracing({ service: "control-plane", ...(config.tracesUrl === null ? {} : { exporterUrl: config.tracesUrl }) });
    stack.defer(() => tracing.shutdown());
    stack.use(await openControlPlane(config, { log }));
  },
});
