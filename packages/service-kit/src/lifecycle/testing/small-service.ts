import { ConfigurationError } from "../../config/environment.ts";
import { createLog } from "../../observe/log.ts";
import { failPoints } from "../fail-points.ts";
import { runService } from "../run-service.ts";

// A service of its own process for the tests: says what it does on stdout, one word a line.
const log = createLog({ service: "small", level: "silent" });
const say = (word: string): void => void process.stdout.write(`${word}\n`);

await runService({
  log,
  async open(stack, signal) {
    stack.defer(() => say("closed first"));
    if (process.env["SMALL"] === "misconfigured") throw new ConfigurationError([{ name: "DATABASE_URL", problem: "is required" }]);
    if (process.env["SMALL"] === "broken") throw new Error("broken");
    stack.defer(() => say("closed last opened"));
    const timer = setInterval(() => undefined, 1_000);
    stack.defer(() => clearInterval(timer));
    signal.addEventListener("abort", () => say("told to stop"));
    say("open");
    failPoints.hit("after-open");
  },
});
say("done");
