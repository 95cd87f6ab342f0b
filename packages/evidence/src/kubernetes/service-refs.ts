import { addressOf, endpointsOf, type Endpoint } from "./addresses.ts";
import { listAt, textAt, textsAt, type Fields } from "./fields.ts";
import { containersOf } from "./pod-template.ts";

/** A Service that a setting points to. It may be one that nothing ever calls, so its absence alone is no fault. */
export interface ServiceTarget {
  readonly path: string;
  readonly apiKind: "Service";
  readonly namespace: string;
  readonly name: string;
  readonly optional: true;
  readonly port: number | null;
}

// A host that no dot or only the cluster's own suffix follows is the name of a Service; others may lie anywhere.
const serviceHost = /^([a-z][a-z0-9-]*)(?:\.(?!local$)([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?$/;

function serviceTarget(path: string, { host, port }: Endpoint, own: string): ServiceTarget[] {
  const [, name, namespace = own] = serviceHost.exec(host) ?? [];
  return name === undefined || name === "localhost" ? [] : [{ path, apiKind: "Service", namespace, name, optional: true, port }];
}

/** The Services that the environment of a pod spec names, with the ports that stand there. */
export function servicesNamedBy(podSpec: Fields, own: string): ServiceTarget[] {
  return containersOf(podSpec).flatMap((container) =>
    listAt(container, "env").flatMap((entry) => {
      const name = textAt(entry, "name");
      const address = addressOf(name, textAt(entry, "value"));
      const path = `containers[${textAt(container, "name")}].env[${name}]`;
      return address === null ? [] : endpointsOf([address]).flatMap((endpoint) => serviceTarget(path, endpoint, own));
    }),
  );
}

/** The port that stands in a setting of its own beside a host: X_PORT beside X_HOST. */
function pairedPort(texts: Readonly<Record<string, string>>, key: string): number | null {
  const stem = /^(.*[_.-])(?:HOST|HOSTNAME|ADDR|ADDRESS)$/i.exec(key)?.[1];
  if (stem === undefined) return null;
  const beside =
    Object.entries(texts)
      .find(([name]) => name.toLowerCase() === `${stem}port`.toLowerCase())?.[1]
      ?.trim() ?? "";
  return /^\d{1,5}$/.test(beside) ? Number(beside) : null;
}

/** The Services that the values of a ConfigMap name: whole addresses, or a host and its port in two settings. */
export function servicesInSettings(config: Fields, own: string): ServiceTarget[] {
  const texts = textsAt(config, "data");
  return Object.entries(texts).flatMap(([key, value]) => {
    const address = addressOf(key, value);
    if (address === null) return [];
    return endpointsOf([address]).flatMap(({ host, port }) =>
      serviceTarget(`data[${key}]`, { host, port: port ?? pairedPort(texts, key) }, own),
    );
  });
}
