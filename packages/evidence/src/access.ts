import type { Outbound } from "@sre/service-kit";
import type { SourceDeps } from "./source.ts";
import type { SourceAccess } from "./sources-config.ts";

const attemptsMax = 3;

/** Opens the pool of calls to a source that is reached over HTTP. */
export function outboundOf(
  config: { readonly name: string; readonly deadlineMs: number; readonly inFlightMax: number; readonly access: SourceAccess },
  deps: SourceDeps,
  responseBytesMax: number,
): Outbound {
  const { access } = config;
  const { authorization } = access;
  return deps.outbound({
    name: config.name,
    baseUrl: access.url,
    ...(access.tenant === null ? {} : { headers: { "x-scope-orgid": access.tenant } }),
    ...(authorization === null ? {} : { authorization: async () => authorization }),
    ...(access.tls === null ? {} : { tls: access.tls }),
    deadlineMs: config.deadlineMs,
    responseBytesMax,
    attemptsMax,
    connectionsMax: config.inFlightMax,
  });
}
