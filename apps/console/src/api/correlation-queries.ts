import type { PreviewCorrelation } from "@sre/contracts/control-plane";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call } from "./client.ts";

/** How many changes by hand are read at once. */
const pageSize = 50;

export const correlationSettingsQuery = () =>
  queryOptions({ queryKey: ["correlation", "settings"], queryFn: ({ signal }) => call("getCorrelationSettings", {}, signal) });

/** What settings would have made of stored alerts; asked once, because it reads thousands. */
export const correlationPreviewQuery = (tried: PreviewCorrelation) =>
  queryOptions({
    queryKey: ["correlation", "preview", tried],
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: ({ signal }) => call("previewCorrelation", { body: tried }, signal),
  });

export const feedbackQuery = () =>
  infiniteQueryOptions({
    queryKey: ["correlation", "feedback"],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      call("listGroupingFeedback", { query: { limit: pageSize, cursor: pageParam || undefined } }, signal),
    getNextPageParam: (page) => page.next_cursor,
  });
