import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { AlertSearch } from "../app/search.ts";
import { call } from "./client.ts";

/** How many rows are read at once. */
const pageSize = 100;
const renewMs = 15_000;

/** Alerts page by page; they are renewed when somebody asks, so that no row moves while it is read. */
export const alertsQuery = ({ status, severity, held, q }: AlertSearch) =>
  infiniteQueryOptions({
    queryKey: ["alerts", status ?? "", severity ?? "", held ?? "", q ?? ""],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      call("listAlerts", { query: { limit: pageSize, cursor: pageParam || undefined, status, severity, held, search: q } }, signal),
    getNextPageParam: (page) => page.next_cursor,
  });

export const notificationRoutesQuery = () =>
  queryOptions({ queryKey: ["notification-routes"], queryFn: ({ signal }) => call("listNotificationRoutes", {}, signal) });

export const notificationsQuery = (status: "failed" | undefined) =>
  queryOptions({
    queryKey: ["notifications", status ?? ""],
    refetchInterval: renewMs,
    queryFn: ({ signal }) => call("listNotifications", { query: { limit: pageSize, status } }, signal),
  });

export const windowsQuery = () =>
  queryOptions({
    queryKey: ["maintenance-windows"],
    refetchInterval: renewMs,
    queryFn: ({ signal }) => call("listMaintenanceWindows", { query: { limit: pageSize } }, signal),
  });

export const silencesQuery = () =>
  queryOptions({
    queryKey: ["silences"],
    refetchInterval: renewMs,
    retry: false,
    queryFn: ({ signal }) => call("listSilences", {}, signal),
  });

export const quarantineQuery = () =>
  infiniteQueryOptions({
    queryKey: ["quarantine"],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      call("listQuarantinedAlerts", { query: { limit: pageSize, cursor: pageParam || undefined } }, signal),
    getNextPageParam: (page) => page.next_cursor,
  });
