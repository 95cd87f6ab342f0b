import type { Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, eventsOf } from "./pods.ts";

const failuresMin = 2;
const probeOf = (message: string) => /(readiness|liveness|startup) probe/i.exec(message)?.[1]?.toLowerCase() ?? "health";

/** Probes that fail more than once in the window, from Unhealthy events. */
export function detectProbes(seen: Seen): Finding[] {
  return byEntity(eventsOf(seen, ["Unhealthy", "ProbeError"]))
    .filter(({ count }) => count >= failuresMin)
    .map(({ entity, events, count, first, last }) => {
      const values = { probe: probeOf(last.message), count, detail: brief(last.message) };
      const strength = 0.6 + Math.min(0.3, count / 50);
      return finding({
        what: "probe_failing",
        entity,
        ...began(seen, first),
        strength,
        evidence: citesOf(events),
        values,
        now: seen.now.has(first.cite.id),
      });
    });
}
