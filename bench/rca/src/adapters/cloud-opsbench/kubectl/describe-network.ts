import { present, type Fields } from "../fields.ts";
import { metadataOf } from "./describe-workload.ts";
import { belowOf, lineOf, pairsOf, rowsOf, textsOf, valueOf, type Line } from "./outline.ts";

const portOrName = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

/** Ports of a Service stand in groups: Port, TargetPort, NodePort, Endpoints, and again. */
function servicePorts(lines: readonly Line[]): Fields[] {
  const found: Record<string, unknown>[] = [];
  for (const { key, value } of lines) {
    const shown = /^(?:(\S+)\s+)?(\w[\w-]*)\/([A-Z]+)$/.exec(value);
    if (!shown) continue;
    const [, name, port = "", protocol] = shown;
    const last = found.at(-1);
    if (key === "Port") found.push({ ...present({ name: name === "<unset>" ? undefined : name }), port: Number(port), protocol });
    else if (key === "TargetPort" && last) last["targetPort"] = portOrName(port);
    else if (key === "NodePort" && last) last["nodePort"] = Number(port);
  }
  return found;
}

/** A Service. */
export function serviceOf(lines: readonly Line[]): Fields {
  const selector = pairsOf(textsOf(lines, "Selector"));
  const external = valueOf(lines, "External Name");
  return {
    kind: "Service",
    metadata: metadataOf(lines),
    spec: present({
      type: valueOf(lines, "Type"),
      clusterIP: valueOf(lines, "IP") || (lineOf(lines, "IP")?.value === "None" ? "None" : undefined),
      externalName: external || undefined,
      selector: Object.keys(selector).length > 0 ? selector : undefined,
      ports: servicePorts(lines),
    }),
    status: {},
  };
}

const addresses = (lines: readonly Line[], key: string): string[] =>
  textsOf(lines, key)
    .flatMap((text) => text.split(","))
    .filter((one) => one !== "");

function subset(lines: readonly Line[]): { endpoints: Fields[]; ports: Fields[] } {
  const endpoint = (address: string, ready: boolean) => ({ addresses: [address], conditions: { ready } });
  const [, ...rows] = rowsOf(belowOf(lines, "Ports"));
  return {
    endpoints: [
      ...addresses(lines, "Addresses").map((address) => endpoint(address, true)),
      ...addresses(lines, "NotReadyAddresses").map((address) => endpoint(address, false)),
    ],
    ports: rows.map(([name, port, protocol]) => present({ name: name === "<unset>" ? undefined : name, port: Number(port), protocol })),
  };
}

/** Endpoints, in the form of an EndpointSlice, which is what a cluster is asked for today. */
export function endpointsOf(lines: readonly Line[]): Fields {
  const metadata = metadataOf(lines);
  const subsets = subset(belowOf(lines, "Subsets"));
  const labels = { ...pairsOf(textsOf(lines, "Labels")), "kubernetes.io/service-name": valueOf(lines, "Name") };
  return { kind: "EndpointSlice", metadata: { ...metadata, labels }, addressType: "IPv4", ...subsets };
}

/** A NetworkPolicy; its rules stay text, as describe words them. */
export function policyOf(lines: readonly Line[]): Fields {
  const spec = belowOf(lines, "Spec");
  const rules = (key: string) => (lineOf(spec, key) === null ? undefined : textsOf(spec, key));
  return {
    kind: "NetworkPolicy",
    metadata: metadataOf(lines),
    spec: present({
      podSelector: { matchLabels: pairsOf(textsOf(spec, "PodSelector")) },
      policyTypes: valueOf(spec, "Policy Types").split(/,\s*/),
      ingressShown: rules("Allowing ingress traffic"),
      egressShown: rules("Allowing egress traffic"),
    }),
  };
}
