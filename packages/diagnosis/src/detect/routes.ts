import { entityId, type EntityId, type EvidenceRef, type Finding } from "@sre/contracts/evidence";
import { byCodeUnit } from "@sre/contracts/canonical";
import { kindOf, nameOf, namespaceOf, partsOf } from "../entities.ts";
import { listAt, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { spoken } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import { isService } from "../seen/selector-links.ts";

/*
 * Routes of a gateway (its configuration, or an Ingress) that lead past the service they are for. Two ways to see it: a path that
 * answers 404 for a service is routed to another one (longest matching prefix wins: Ingress pathType Prefix, Spring Cloud Gateway's
 * Path predicate); or a route is named after a service that no route leads to.
 */

interface Route {
  readonly config: EntityId;
  readonly id: string;
  readonly path: string;
  readonly to: EntityId;
  readonly cite: EvidenceRef;
}

type Config = Seen["objects"][number];

const serviceIn = (config: EntityId, name: string): EntityId => {
  const [host = "", namespace] = name.replace(/:\d+$/, "").split(".");
  const own = partsOf(config);
  return entityId({ cluster: own.cluster, namespace: namespace ?? own.namespace, kind: "service", name: host });
};

function configured(config: Config): Route[] {
  const keys = config.spec["keys"];
  if (typeof keys !== "object" || keys === null) return [];
  return Object.values(keys).flatMap((key: unknown) =>
    listAt(key, "routes").map((route) => ({
      config: config.entity,
      id: textAt(route, "id"),
      path: textAt(route, "path"),
      to: serviceIn(config.entity, textAt(route, "to")),
      cite: config.cite,
    })),
  );
}

function ingressed(config: Config): Route[] {
  return listAt(config.spec, "rules").flatMap((rule) =>
    listAt(rule, "http", "paths").flatMap((entry) => {
      const name = textAt(entry, "backend", "service", "name");
      const path = textAt(entry, "path") || "/";
      return name === "" ? [] : [{ config: config.entity, id: "", path, to: serviceIn(config.entity, name), cite: config.cite }];
    }),
  );
}

function routesOf(seen: Seen): Route[] {
  const live = seen.objects.filter(({ view }) => view === "live");
  return live.flatMap((object) =>
    kindOf(object.entity) === "ingress" ? ingressed(object) : kindOf(object.entity) === "config" ? configured(object) : [],
  );
}

const prefixOf = (path: string): string => path.replace(/\/?\*+$/, "").replace(/\/$/, "");

/** The route that takes a path: the one with the longest prefix. */
function routeFor<T extends { readonly path: string }>(routes: readonly T[], path: string): T | null {
  const fitting = routes.filter((route) => path === prefixOf(route.path) || path.startsWith(`${prefixOf(route.path)}/`));
  return fitting.reduce<T | null>(
    (best, route) => (best === null || prefixOf(route.path).length > prefixOf(best.path).length ? route : best),
    null,
  );
}

const notFound: ReadonlySet<string> = new Set(["404", "405"]);

function misdirected(seen: Seen, route: Route, found: { entity: EntityId; strength: number; evidence: readonly EvidenceRef[] }): Finding {
  const words = { config: spoken(route.config), to: spoken(route.to) };
  const values = { path: route.path };
  return finding({ what: "route_elsewhere", ...found, values, words, now: seen.now.has(route.cite.id) });
}

function fromAlerts(seen: Seen, routes: readonly Route[]): Finding[] {
  return seen.alerts.flatMap((alert) => {
    if (alert.entity === null || !notFound.has(alert.code ?? "") || alert.state !== "firing") return [];
    const path = /(\/[^\s?#]*)/.exec(alert.operation ?? "")?.[1];
    const route = path === undefined ? null : routeFor(routes, path);
    if (route === null || seen.graph.component(route.to) === seen.graph.component(alert.entity) || route.config === alert.entity) return [];
    return [misdirected(seen, route, { entity: alert.entity, strength: 0.98, evidence: [route.cite, alert.cite] })];
  });
}

const wordsOf = (name: string): string[] =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");

const runTogetherMin = 5;

/** Whether the words of a name stand in a row in the name of a service, apart or, where the name is long enough, run together. */
function names(label: string, service: string): boolean {
  const [wanted, all] = [wordsOf(label), wordsOf(service)];
  const apart = all.some((_, i) => wanted.every((word, j) => all[i + j] === word));
  const whole = wanted.join("");
  const together = whole.length >= runTogetherMin && all.some((_, i) => all.some((__, j) => all.slice(i, j + 1).join("") === whole));
  return wanted.length > 0 && (apart || together);
}

// What stands in every path, such as "api" or a version, names nothing.
function labelsOf({ id, path }: Route, routes: readonly Route[]): string[] {
  const shared = (segment: string) =>
    routes.filter((route) => route.path.split("/").includes(segment)).length > Math.max(1, routes.length / 4);
  const segments = prefixOf(path)
    .split("/")
    .filter((segment) => segment !== "" && !shared(segment));
  return [id, ...segments].filter((label) => wordsOf(label).length > 0);
}

function fromNames(seen: Seen, routes: readonly Route[]): Finding[] {
  const routed = new Set(routes.map(({ to }) => to));
  const services = seen.objects
    .filter(({ entity, view }) => view === "live" && isService(kindOf(entity)) && !routed.has(entity))
    .map(({ entity }) => entity);
  return routes.flatMap((route) => {
    const labels = labelsOf(route, routes);
    const named = (service: EntityId) => labels.some((label) => names(label, nameOf(service)));
    if (labels.length === 0 || named(route.to)) return [];
    const meant = services
      .filter((service) => namespaceOf(service) === namespaceOf(route.config) && named(service))
      .sort((a, b) => nameOf(a).length - nameOf(b).length || byCodeUnit(a, b))[0];
    return meant === undefined ? [] : [misdirected(seen, route, { entity: meant, strength: 0.95, evidence: [route.cite] })];
  });
}

/** Services whose requests a gateway or an Ingress sends to another service. */
export function detectRoutes(seen: Seen): Finding[] {
  const routes = routesOf(seen);
  return routes.length === 0 ? [] : [...fromAlerts(seen, routes), ...fromNames(seen, routes)];
}
