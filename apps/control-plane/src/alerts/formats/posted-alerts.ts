import { PostedAlert } from "@sre/contracts/webhooks";
import { contentOf, malformedBy, type ReadAlert } from "../incoming-alert.ts";
import { acceptGrouped } from "./alertmanager.ts";

const [fnvOffset, fnvPrime, separator] = [0xcbf29ce484222325n, 0x100000001b3n, 0xff] as const;

/** The fingerprint that Prometheus and Alertmanager give a set of labels: 64-bit FNV-1a over names and values, each ended by 0xff. */
export function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  const bytes = Object.keys(labels)
    .sort()
    .flatMap((name) => [name, labels[name] ?? ""])
    .flatMap((text) => [...Buffer.from(text, "utf8"), separator]);
  const hash = bytes.reduce((sum, byte) => BigInt.asUintN(64, (sum ^ BigInt(byte)) * fnvPrime), fnvOffset as bigint);
  return hash.toString(16).padStart(16, "0");
}

/**
 * Reads one alert that Prometheus posted. An end that lies ahead is only the time until which Prometheus answers for it: it
 * fires, and stays so if Prometheus falls silent, because silence is no recovery.
 */
export function readPostedAlert(item: unknown, receivedAt: Date): ReadAlert {
  const parsed = PostedAlert.safeParse(item);
  if (!parsed.success) return malformedBy(parsed.error);
  const { labels, annotations, startsAt, endsAt } = parsed.data;
  const ended = endsAt !== undefined && Date.parse(endsAt) <= receivedAt.getTime() && Date.parse(endsAt) > 0;
  const grouped = {
    fingerprint: fingerprintOf(labels),
    status: ended ? ("resolved" as const) : ("firing" as const),
    startsAt: startsAt ?? (ended ? endsAt : receivedAt.toISOString()),
    ...(endsAt === undefined ? {} : { endsAt }),
  };
  return acceptGrouped(grouped, contentOf(labels, annotations), receivedAt);
}
