import type { StreamEvent } from "@sre/contracts/control-plane";
import { failureOf, RequestFailed } from "./client.ts";

/** A stream that stays silent longer than this is taken for broken, in milliseconds; the server sends a comment every 15 s. */
const silenceMsMax = 45_000;
const retryMsMin = 1_000;
const retryMsMax = 30_000;
/** Most characters one unfinished event may hold. */
const pendingCharactersMax = 65_536;

export interface StreamMessage {
  readonly id: string | null;
  readonly data: string;
}

/** Cuts a stream of text into server-sent events; keeps what is unfinished for the next piece. */
export function createEventParser(): (piece: string) => StreamMessage[] {
  let pending = "";
  return (piece) => {
    const blocks = (pending + piece).replaceAll("\r\n", "\n").split("\n\n");
    pending = blocks.pop() ?? "";
    if (pending.length > pendingCharactersMax) pending = "";
    return blocks.map(messageOf).filter((message) => message !== null);
  };
}

function messageOf(block: string): StreamMessage | null {
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    else if (line.startsWith("id:")) id = line.slice(3).trim();
  }
  return data.length > 0 ? { id, data: data.join("\n") } : null;
}

/** The event in a message, or null when it is not one of ours. */
export function eventOf(message: StreamMessage): StreamEvent | null {
  try {
    const value = JSON.parse(message.data) as unknown;
    return typeof value === "object" && value !== null && "kind" in value ? (value as StreamEvent) : null;
  } catch {
    return null;
  }
}

/** How long to wait before attempt `n` (from 0): doubling up to 30 s. */
export function retryDelayMs(attempt: number): number {
  return Math.min(retryMsMax, retryMsMin * 2 ** attempt);
}

export interface StreamListener {
  /** Something was heard, be it only a heartbeat. */
  heard(): void;
  event(event: StreamEvent): void;
  broken(because: "signed_out" | "lost"): void;
}

async function readOnce(lastId: string | null, listener: StreamListener, signal: AbortSignal): Promise<string | null> {
  const headers: Record<string, string> = { accept: "text/event-stream", ...(lastId ? { "last-event-id": lastId } : {}) };
  const response = await fetch("/api/v1/events", { headers, credentials: "same-origin", cache: "no-store", signal });
  if (!response.ok) throw await failureOf(response);
  const parse = createEventParser();
  const decoder = new TextDecoder();
  const reader = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>()).getReader();
  listener.heard();
  let last = lastId;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    listener.heard();
    for (const message of parse(decoder.decode(part.value, { stream: true }))) {
      last = message.id ?? last;
      const event = eventOf(message);
      if (event) listener.event(event);
    }
  }
  return last;
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true }); // prettier-ignore
  });

/** Follows the stream of events until aborted, resuming after a break where it left off. */
export async function followEvents(listener: StreamListener, signal: AbortSignal): Promise<void> {
  let lastId: string | null = null;
  const remembering: StreamListener = { ...listener, event: (event) => { lastId = event.id; listener.event(event); } }; // prettier-ignore
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const round = new AbortController();
    let silence = setTimeout(() => round.abort(), silenceMsMax);
    const heard = () => {
      attempt = 0;
      clearTimeout(silence);
      silence = setTimeout(() => round.abort(), silenceMsMax);
      listener.heard();
    };
    try {
      lastId = await readOnce(lastId, { ...remembering, heard }, AbortSignal.any([signal, round.signal]));
    } catch (error) {
      const signedOut = error instanceof RequestFailed && error.kind === "signed_out";
      if (!signal.aborted) listener.broken(signedOut ? "signed_out" : "lost");
      if (signedOut) return;
    } finally {
      clearTimeout(silence);
    }
    if (!signal.aborted) listener.broken("lost");
    await pause(retryDelayMs(attempt), signal);
  }
}
