import { queryOptions } from "@tanstack/react-query";
import { call } from "./client.ts";

/** Without any event the buckets still move on. */
const renewMs = 30_000;
/** The stretch in which a storm is under way or not, in minutes. */
const noticeMinutes = 5;

/** What arrived in the last minutes; events of the stream renew it, at most every few seconds. */
export const stormQuery = (minutes: number, paused = false) =>
  queryOptions({
    queryKey: ["storm", minutes],
    queryFn: ({ signal }) => call("getAlertStorm", { query: { minutes } }, signal),
    refetchInterval: paused ? false : renewMs,
    // What was not shown yet is read once all the same.
    enabled: (query) => !paused || query.state.data === undefined,
  });

/** Whether a storm is under way, for pages about something else: no event renews it. */
export const stormNoticeQuery = () =>
  queryOptions({
    queryKey: ["storm-notice"],
    refetchInterval: renewMs,
    retry: false,
    queryFn: ({ signal }) => call("getAlertStorm", { query: { minutes: noticeMinutes } }, signal),
  });
