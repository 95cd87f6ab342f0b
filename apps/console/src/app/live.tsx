import type { StreamEvent } from "@sre/contracts/control-plane";
import { useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { followEvents } from "../api/event-stream.ts";
import { durationInWords } from "../format/time.ts";
import { Badge } from "../ui/badge.tsx";
import { useNow } from "../ui/now.ts";
import { useLanguage } from "./language.ts";

/** Events within this time are answered by one round of fetching, in milliseconds: a storm must not become a storm of requests. */
const gatherMs = 400;
/** The storm view counts thousands of rows: it is renewed this often at most, in milliseconds. */
const stormGatherMs = 5_000;

interface Live {
  readonly state: "connecting" | "live" | "lost";
  readonly heardAt: number | null;
}

const LiveContext = createContext<Live>({ state: "connecting", heardAt: null });

/** The queries whose answers an event makes old. */
function staleAfter(event: StreamEvent): QueryKey[] {
  const incident: QueryKey[] = event.incident_id ? [["incident", event.incident_id]] : [];
  const run: QueryKey[] = event.diagnosis_id ? [["run", event.diagnosis_id]] : [];
  return event.kind === "change.recorded" ? incident : [["incidents"], ...incident, ...run];
}

function gatherer(client: QueryClient, everyMs: number, keysOf: (event: StreamEvent) => QueryKey[]): (event: StreamEvent) => void {
  const pending = new Map<string, QueryKey>();
  return (event) => {
    if (pending.size === 0) {
      setTimeout(() => {
        for (const queryKey of pending.values()) void client.invalidateQueries({ queryKey });
        pending.clear();
      }, everyMs);
    }
    for (const key of keysOf(event)) pending.set(JSON.stringify(key), key);
  };
}

/** Follows the stream of events for the whole page and renews what they make old. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>({ state: "connecting", heardAt: null });
  useEffect(() => {
    const stop = new AbortController();
    const gather = gatherer(client, gatherMs, staleAfter);
    const gatherStorm = gatherer(client, stormGatherMs, () => [["storm"]]);
    let wasLost = false;
    const listener = {
      heard: () => {
        // What happened during a break may have left the server's memory, so everything on screen is read again.
        if (wasLost) void client.invalidateQueries();
        wasLost = false;
        setLive({ state: "live", heardAt: Date.now() });
      },
      event: (event: StreamEvent) => {
        gather(event);
        gatherStorm(event);
      },
      broken: (because: "signed_out" | "lost") => {
        wasLost = true;
        setLive((before) => ({ ...before, state: "lost" }));
        if (because === "signed_out") void client.invalidateQueries({ queryKey: ["session"] });
      },
    };
    void followEvents(listener, stop.signal);
    return () => stop.abort();
  }, [client]);
  return <LiveContext value={useMemo(() => live, [live])}>{children}</LiveContext>;
}

/** Whether what is shown is kept current, and since when not. */
export function LiveBadge() {
  const { t, language } = useLanguage();
  const { state, heardAt } = useContext(LiveContext);
  const now = useNow();
  if (state === "live") return <Badge tone="green" sign="●">{t("live.live")}</Badge>; // prettier-ignore
  if (state === "connecting") return <Badge tone="plain" sign="○">{t("live.connecting")}</Badge>; // prettier-ignore
  const text = heardAt === null ? t("live.never") : t("live.lost", { duration: durationInWords(now - heardAt, language) });
  return (
    <span role="status" title={t("live.hint")}>
      <Badge tone="amber" sign="▲">
        {text}
      </Badge>
    </span>
  );
}
