/* What of a configuration value may be kept: where it points to. Never a credential, a query or anything else. */

const addressLimits = { charactersMax: 200, perTextMax: 20, textCharactersMax: 65_536 } as const;

const url = /[a-z][a-z0-9+.-]{1,30}(?::[a-z0-9]{1,20})?:\/\/[^\s"'<>`\\,;]{1,300}/gi;
const hostPort = /(?<![\w./@:-])(?:[a-z0-9](?:[a-z0-9-]{0,62}\.){0,8}[a-z0-9-]{0,62}):\d{2,5}(?![\w.:-])/gi;
const host = /^(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,8}[a-z][a-z0-9-]{1,62}$/i;
const ipv4 = /^(?:\d{1,3}\.){3}\d{1,3}$/;
const label = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const namesAHost = /(?:^|[_.-])(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVICE|ENDPOINT|URL|URI|UPSTREAM|BROKER|BROKERS)S?$/i;

/** A URL without user, password, query and fragment. */
function plainUrl(text: string): string {
  const [scheme = "", rest = ""] = text.split("://", 2);
  const path = rest.split(/[?#]/, 1)[0] ?? "";
  const [authority = "", ...parts] = path.split("/");
  const place = authority.slice(authority.lastIndexOf("@") + 1);
  return `${scheme}://${[place, ...parts].join("/")}`.slice(0, addressLimits.charactersMax);
}

/** The addresses that stand in a text: URLs without credentials, and host:port pairs. At most twenty. */
export function addressesIn(text: string): string[] {
  const start = text.slice(0, addressLimits.textCharactersMax);
  const urls = [...start.matchAll(url)].map(([found]) => plainUrl(found));
  const pairs = [...start.replaceAll(url, " ").matchAll(hostPort)].map(([found]) => found);
  return [...new Set([...urls, ...pairs])].slice(0, addressLimits.perTextMax);
}

/** The value of a setting when it is an address and nothing else; null otherwise. */
export function addressOf(name: string, value: string): string | null {
  const text = value.trim();
  if (text === "" || text.length > 500) return null;
  const alone = text.split(",").map((part) => part.trim());
  const found = alone.map((part) => {
    if (/^[a-z][a-z0-9+.:-]{1,40}:\/\/\S+$/i.test(part)) return plainUrl(part);
    const bare = host.test(part) || ipv4.test(part) || /^[a-z0-9][a-z0-9.-]{0,250}:\d{2,5}$/i.test(part);
    return bare || (namesAHost.test(name) && label.test(part)) ? part : null;
  });
  return found.every((part) => part !== null) ? found.join(",").slice(0, addressLimits.charactersMax) : null;
}

/** A host, and the port that is stated with it. */
export interface Endpoint {
  readonly host: string;
  readonly port: number | null;
}

/** Hosts and ports that addresses name, in order. */
export function endpointsOf(addresses: readonly string[]): Endpoint[] {
  return addresses
    .flatMap((address) => address.split(","))
    .flatMap((one) => {
      const place = (one.split("://", 2)[1] ?? one).split("/", 1)[0] ?? "";
      const [, name = "", port] = /^(.*?)(?::(\d+))?$/.exec(place) ?? [];
      return name === "" ? [] : [{ host: name, port: port === undefined ? null : Number(port) }];
    });
}

/** Host names that addresses name, in order and once. */
export function hostsOf(addresses: readonly string[]): string[] {
  return [...new Set(endpointsOf(addresses).map(({ host: name }) => name))];
}
