import type { Finding } from "@sre/contracts/evidence";
import { kindOf, nameOf } from "../entities.ts";
import { listAt, numberAt, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { checksOf, type SeenCheck } from "../seen/checks.ts";
import { containerPorts, isServing, podSpecOf, servedBy, type Served } from "../seen/pods-of-services.ts";
import type { Seen } from "../seen/seen.ts";

/*
 * Whether a Service leads to its pods. Rules of the Kubernetes API (Service: selector, targetPort, protocol): a selector must match
 * labels of pods, a target port must be one on which they listen, and protocols must be the same. Ports that containers name are
 * only informative, so an unnamed target port alone is a weaker sign than one whose connections fail.
 */

const asText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",");

function selectsNothing(seen: Seen, { service, selector, selected, around }: Served): Finding[] {
  const workloads = around.filter(isServing);
  if (selected.length > 0 || workloads.length === 0) return [];
  // Something of the same name runs: the Service is meant to lead to it.
  const meant = workloads.some(({ object }) => nameOf(object.entity) === nameOf(service.entity));
  if (!meant && seen.graph.neededBy(seen.graph.component(service.entity)).length === 0) return [];
  const values = { selector: asText(selector) };
  const strength = meant ? 0.98 : 0.5;
  return [
    finding({
      what: "service_selects_nothing",
      entity: service.entity,
      strength,
      evidence: [service.cite],
      values,
      now: seen.now.has(service.cite.id),
    }),
  ];
}

type Port = ReturnType<typeof containerPorts>[number];

function offeredText(ports: readonly Port[]): string {
  return [...new Set(ports.map(({ number, name, protocol }) => `${name === "" ? "" : `${name}:`}${number}/${protocol}`))].sort().join(", ");
}

interface Judged {
  readonly seen: Seen;
  readonly served: Served;
  readonly offered: readonly Port[];
  readonly failing: boolean;
}

function portFindings(judged: Judged, port: Readonly<Record<string, unknown>>): Finding[] {
  const { seen, served, offered, failing } = judged;
  const { service } = served;
  const own = numberAt(port, "port") ?? 0;
  const protocol = textAt(port, "protocol") || "TCP";
  const named = textAt(port, "targetPort");
  const target = numberAt(port, "targetPort") ?? (/^\d+$/.test(named) ? Number(named) : null) ?? (named === "" ? own : null);
  // Names of ports are known only where somebody tells them.
  if (target === null && offered.every(({ name }) => name === "")) return [];
  const fitting = offered.filter(({ number, name }) => (target === null ? name === named : number === target));
  const common = { entity: service.entity, now: seen.now.has(service.cite.id) };
  const evidence = [service.cite, ...served.selected.slice(0, 1).map(({ object }) => object.cite)];
  if (fitting.length === 0) {
    const values = { port: own, target: target ?? named, offered: offeredText(offered) };
    const strength = failing || target === null ? 0.98 : 0.8;
    return [finding({ what: "service_port_unserved", ...common, strength, evidence, values })];
  }
  if (fitting.some((each) => each.protocol === protocol)) return [];
  const values = { port: own, protocol, offered: offeredText(fitting) };
  return [finding({ what: "service_protocol_differs", ...common, strength: 0.98, evidence, values })];
}

// What a pod's text form leaves out, such as the names of its ports, its workload's manifest may tell.
function offeredBy(seen: Seen, { selected }: Served): Port[] {
  const makers = selected.filter(({ object }) => kindOf(object.entity) !== "job");
  const own = new Set(makers.flatMap(({ object }) => [object.entity, seen.graph.topOwner(object.entity)]));
  const declared = seen.objects.filter(({ entity, view }) => view === "declared" && own.has(entity));
  return [...makers.map(({ spec }) => spec), ...declared.map(podSpecOf)].flatMap((spec) => containerPorts(spec));
}

function wrongPorts(seen: Seen, served: Served, checks: readonly SeenCheck[]): Finding[] {
  const offered = offeredBy(seen, served);
  if (offered.length === 0) return [];
  const own = checks.filter(({ to }) => to === served.service.entity);
  const failing = own.length > 0 && own.every(({ outcome }) => outcome !== "ok");
  return listAt(served.service.spec, "ports").flatMap((port) => portFindings({ seen, served, offered, failing }, port));
}

function failedChecks(seen: Seen, checks: readonly SeenCheck[]): Finding[] {
  const tried = Map.groupBy(
    checks.filter(({ to }) => kindOf(to) === "service"),
    ({ to }) => to,
  );
  return [...tried].flatMap(([entity, all]) => {
    const failed = all.filter(({ outcome }) => outcome !== "ok");
    const [first] = failed;
    if (first === undefined) return [];
    const values = { outcome: first.outcome, failed: failed.length, tried: all.length };
    return [
      finding({
        what: "service_check_failed",
        entity,
        strength: failed.length / all.length,
        evidence: [first.cite],
        values,
        now: seen.now.has(first.cite.id),
      }),
    ];
  });
}

/** Services that lead nowhere, to a wrong port or by a wrong protocol, and test connections to services that failed. */
export function detectServiceWiring(seen: Seen): Finding[] {
  const checks = checksOf(seen);
  const services = servedBy(seen);
  return [
    ...services.flatMap((served) => selectsNothing(seen, served)),
    ...services.flatMap((served) => wrongPorts(seen, served, checks)),
    ...failedChecks(seen, checks),
  ];
}
