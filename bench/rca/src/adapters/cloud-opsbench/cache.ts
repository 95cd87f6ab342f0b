import { isFields, type Fields } from "./fields.ts";

/** One recorded call of a read-only tool and what it answered. */
export interface ToolCall {
  readonly tool: string;
  readonly args: Fields;
  readonly value: unknown;
}

function argumentsOf(key: string): { tool: string; args: Fields } {
  const colon = key.indexOf(":{");
  if (colon > 0) {
    const args: unknown = JSON.parse(key.slice(colon + 1));
    return { tool: key.slice(0, colon), args: isFields(args) ? args : {} };
  }
  // One tool also writes its arguments into the name: tool, namespace and service, port.
  const dashed = /^(CheckServiceConnectivity)-(.+)-(\d+)$/.exec(key);
  if (dashed) return { tool: dashed[1] ?? "", args: { place: dashed[2], port: Number(dashed[3]) } };
  return { tool: key, args: {} };
}

/** The recorded calls in the order of the file. Throws SyntaxError on a file that is no JSON object. */
export function readToolCache(text: string): ToolCall[] {
  const parsed: unknown = JSON.parse(text);
  if (!isFields(parsed)) throw new SyntaxError("A tool cache is a JSON object of calls.");
  return Object.entries(parsed).map(([key, value]) => ({ ...argumentsOf(key), value }));
}

/** The answers of one tool that are text. */
export function textCalls(calls: readonly ToolCall[], tool: string): { args: Fields; text: string }[] {
  return calls.flatMap((call) => (call.tool === tool && typeof call.value === "string" ? [{ args: call.args, text: call.value }] : []));
}
