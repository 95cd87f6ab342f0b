import { pino, type DestinationStream, type Logger } from "pino";
import { scrub, scrubText } from "./scrub.ts";
import { currentTraceId, isTraceId } from "./tracing.ts";

export type Log = Logger;

function scrubError(error: Error): unknown {
  const serialized = pino.stdSerializers.err(error);
  return scrub({
    type: serialized.type,
    message: serialized.message,
    stack: serialized.stack,
    ...("code" in error ? { code: error.code } : {}),
  });
}

/** JSON lines with the trace id of the work at hand; tokens, passwords and credentials in URLs never reach them. `level` as in pino. */
export function createLog(input: { readonly service: string; readonly level: string; readonly destination?: DestinationStream }): Log {
  const options = {
    level: input.level,
    base: { service: input.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (line: Record<string, unknown>) => scrub(line) as Record<string, unknown>,
    },
    serializers: { err: (error: unknown) => (error instanceof Error ? scrubError(error) : error) },
    mixin: () => (isTraceId(currentTraceId()) ? { trace_id: currentTraceId() } : {}),
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger["info"]>, method: (...args: Parameters<Logger["info"]>) => void) {
        method.apply(this, args.map((arg: unknown) => (typeof arg === "string" ? scrubText(arg) : arg)) as typeof args);
      },
    },
  };
  return input.destination ? pino(options, input.destination) : pino(options);
}
