import { AsyncLocalStorage } from "node:async_hooks";
import type { FailureReason, OutboundFactory, OutboundRequest, OutboundResult } from "@sre/service-kit";
import type { InFlightGate } from "./gate.ts";

const priorities = new AsyncLocalStorage<number>();

/** What is called within `work` goes through the gate with this priority: the lowest number first. */
export const withPriority = <T>(priority: number, work: () => T): T => priorities.run(priority, work);

/**
 * Calls that wait for a place in front of their target before they are sent, so that no more than `connectionsMax` are under way
 * over all that share the gate. Who gives up while it waits sends nothing.
 */
export function gatedOutbound(factory: OutboundFactory, gate: InFlightGate): OutboundFactory {
  return (target) => {
    const inner = factory(target);
    const send = async (request: OutboundRequest): Promise<OutboundResult> => {
      const startedMs = performance.now();
      let place: Disposable | AsyncDisposable;
      try {
        place = await gate.enter(target.name, target.connectionsMax, priorities.getStore() ?? Number.MAX_SAFE_INTEGER, request.signal);
      } catch {
        const because: FailureReason = request.signal.aborted ? "cancelled" : "unreachable";
        return { kind: "failed", because, detail: `${target.name} was not asked: it was busy`, tookMs: performance.now() - startedMs };
      }
      try {
        return await inner.send(request);
      } finally {
        if (Symbol.dispose in place) place[Symbol.dispose]();
        else await place[Symbol.asyncDispose]();
      }
    };
    return { target, send, breakerState: () => inner.breakerState(), close: () => inner.close() };
  };
}
