/* Where a setting points to: hosts, ports and paths are kept, nothing else of its value is. */

const charactersMax = 200;
const addressesMax = 20;

export interface Address {
  readonly host: string;
  readonly port: number | null;
}

const hostName = /^[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63}){0,8}$/i;
const namesAHost = /(?:^|[_.-])(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVICE|ENDPOINT|URL|URI|UPSTREAM|BROKER)S?$/i;

/** `${NAME:default}` and `${NAME:-default}` stand for their default where nobody sets the name. */
export function withDefaults(text: string): string {
  return text.replaceAll(/\$\{[\w.-]{1,100}:-?([^{}]{0,200})\}/g, "$1");
}

/** Host and port of "host", "host:port" or "scheme://user@host:port/path"; null for anything else. */
export function addressOf(text: string): Address | null {
  const place =
    text
      .trim()
      .replace(/^[a-z][a-z0-9+.-]{0,30}(?::[a-z0-9]{1,20})?:\/\//i, "")
      .split(/[/?#]/, 1)[0] ?? "";
  const bare = place.slice(place.lastIndexOf("@") + 1);
  const found = /^(.+?)(?::(\d{1,5}))?$/.exec(bare);
  const host = found?.[1] ?? "";
  return hostName.test(host) && !/^\d+$/.test(host) ? { host, port: found?.[2] === undefined ? null : Number(found[2]) } : null;
}

/** The value of a setting where it is nothing but addresses, without credentials and queries; null otherwise. */
export function addressValue(name: string, value: string): string | null {
  const text = value.trim();
  if (text === "" || text.length > 500) return null;
  const parts = text.split(/[,\s]+/).map((part) => {
    const address = addressOf(part);
    if (address === null) return null;
    const plain = /:\/\//.test(part) || address.port !== null || /\.[a-z]/i.test(address.host);
    const scheme = /^([a-z][a-z0-9+.-]{0,30}:\/\/)/i.exec(part)?.[1] ?? "";
    return plain || namesAHost.test(name) ? `${scheme}${address.host}${address.port === null ? "" : `:${address.port}`}` : null;
  });
  return parts.every((part) => part !== null) ? parts.join(",").slice(0, charactersMax) : null;
}

/** Addresses with a scheme or a port that stand in a longer text. */
export function addressesIn(text: string): string[] {
  const found = text.match(
    /(?:[a-z][a-z0-9+.-]{1,30}:\/\/[\w.@-]{1,200}(?::\d{2,5})?|(?<![\w./@:-])[a-z][\w-]{0,62}(?:\.[\w-]{1,62}){0,8}:\d{2,5}(?![\w:-]))/gi,
  );
  const plain = (found ?? []).flatMap((one) => {
    const address = addressOf(one);
    return address === null ? [] : [`${address.host}${address.port === null ? "" : `:${address.port}`}`];
  });
  return [...new Set(plain)].slice(0, addressesMax);
}
