import { createLog, runService, startTracing } from "@sre/service-kit";
import { openAssistant } from "./assistant.ts";
import { readConfig } from "./config.ts";

const service = "assistant";
const log = createLog({ service, level: process.env["LOG_LEVEL"] || "info" });

await runService({
  log,
  async open(stack) {
    const config = readConfig(process.env);
    const tracing = startTracing({ service, exporterUrl: config.tracesUrl ?? undefined });
    stack.defer(() => tracing.shutdown());
    await openAssistant(config, { log, stack });
  },
});
