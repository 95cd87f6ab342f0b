import { infiniteQueryOptions } from "@tanstack/react-query";
import type { AuditSearch } from "../app/search.ts";
import { call, urlOf } from "./client.ts";
import { routes } from "./operations.ts";

const pageSize = 100;
/** The day that a date names where the reader is, as an instant; `days` later where asked. */
function dayStart(date: string | undefined, days = 0): string | undefined {
  if (date === undefined) return undefined;
  const start = new Date(`${date}T00:00`);
  start.setDate(start.getDate() + days);
  return start.toISOString();
}

/** What the address says, as the API is asked for it: whole days, the last one included. */
function filterOf({ actor, service, object, from, to }: AuditSearch) {
  return { actor, service, subject: object, from: dayStart(from), to: dayStart(to, 1) };
}

export const auditLogsQuery = (search: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ["audit", search],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      call("listAuditLogs", { query: { ...filterOf(search), limit: pageSize, cursor: pageParam || undefined } }, signal),
    getNextPageParam: (page) => page.next_cursor,
  });

/** A walk along the chain, a stretch an answer, until its end or the first thing that is not as it was sealed. */
export const auditVerificationQuery = () =>
  infiniteQueryOptions({
    queryKey: ["audit-verification"],
    initialPageParam: 0,
    staleTime: 60_000,
    queryFn: ({ pageParam, signal }) => call("verifyAuditLogs", { query: { after: pageParam } }, signal),
    getNextPageParam: (page) => (page.complete || page.finding !== null ? null : page.verified_to),
  });

/** Where the rows that are shown can be downloaded from. */
export function exportUrl(name: "exportAuditLogsAsCsv" | "exportAuditLogsAsJson", search: AuditSearch): string {
  return urlOf(routes[name].split(" ")[1] ?? "", {}, filterOf(search));
}
