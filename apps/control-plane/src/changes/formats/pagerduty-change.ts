import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import { RecordChange } from "@sre/contracts/control-plane";
import { PagerDutyChangeEvent } from "@sre/contracts/webhooks";
import { plainLabels } from "../../alerts/formats/grafana.ts";
import { senderInstantMs } from "../../alerts/formats/sender-instant.ts";
import { isRealTime } from "../../alerts/incoming-alert.ts";
import { detail, linkFrom, malformedBySchema, plainDetails, titleFrom, type ReadChange } from "./reported-change.ts";

const stateNames = ["build_state", "state", "status", "result"] as const;
const stateOf: ReadonlyMap<string, RecordChange["state"]> = new Map(Object.entries({
  started: "started", running: "started", in_progress: "started", failed: "failed", failure: "failed", error: "failed", errored: "failed",
  rolled_back: "rolled_back", rollback: "rolled_back",
})); // prettier-ignore
const versionNames = ["version", "revision", "image", "build_number"] as const;

const firstOf = (details: Readonly<Record<string, unknown>>, names: readonly string[]): string | null =>
  names.map((name) => detail(details, name, 500)).find((text) => text !== null) ?? null;

/** Reads a change event of PagerDuty's Events API v2: which service it is about stands in its details, as it does for an alert. */
export function readPagerDutyChange(item: unknown, receivedAt: Date): ReadChange {
  const parsed = PagerDutyChangeEvent.safeParse(item);
  if (!parsed.success) return malformedBySchema(parsed.error);
  const { payload, links } = parsed.data;
  const details = payload.custom_details ?? {};
  const atMs = senderInstantMs(payload.timestamp);
  const kind = RecordChange.shape.kind.safeParse(details["kind"]).data ?? "deployment";
  const state = stateOf.get(firstOf(details, stateNames)?.toLowerCase() ?? "") ?? "succeeded";
  return {
    kind: "accepted",
    change: {
      id: `pagerduty:${sha256(canonicalJson({ payload, links })).slice(0, 40)}`,
      kind,
      title: titleFrom(payload.summary),
      at: isRealTime(atMs, receivedAt) ? new Date(atMs) : receivedAt,
      phase: state === "started" ? "begun" : "at_once",
      state,
      labels: plainLabels(plainDetails(details)),
      subject: { kind: "source", name: payload.source || "pagerduty" },
      by: detail(details, "by", 200) ?? detail(details, "user", 200),
      to: firstOf(details, versionNames),
      url: links.map(({ href }) => linkFrom(href)).find((url) => url !== null) ?? null,
    },
  };
}
