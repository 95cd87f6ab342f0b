import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

export interface SelfSigned {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

const lengthOf = (bytes: number): Buffer => {
  if (bytes < 0x80) return Buffer.from([bytes]);
  const hex = bytes.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.from([0x80 | length.length]), length]);
};
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
};
const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const bits = (content: Buffer) => der(0x03, Buffer.from([0]), content);
const time = (at: Date) => der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));

const sha256WithRsa = sequence(oid("2a864886f70d01010b"), der(0x05));
const commonName = (name: string) => sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(name)))));
const altNames = (names: readonly string[]) =>
  sequence(oid("551d11"), der(0x04, sequence(...names.map((name) => der(0x82, Buffer.from(name))))));

function certificateOf(
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
  { host, from, to }: { host: string; from: Date; to: Date },
): Buffer {
  const name = commonName(host);
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const extensions = der(0xa3, sequence(altNames([host])));
  const body = sequence(version3, der(0x02, Buffer.from([1])), sha256WithRsa, name, sequence(time(from), time(to)), name, spki, extensions);
  return sequence(body, sha256WithRsa, bits(sign("sha256", body, privateKey)));
}

/** A certificate for a host name that vouches for itself, and its RSA key (X.509 version 3, RFC 5280). */
export function selfSigned(input: { readonly host: string; readonly from?: Date; readonly to?: Date }): SelfSigned {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const { host, from = new Date("2020-01-01"), to = new Date("2120-01-01") } = input;
  const base64 = certificateOf(pair, { host, from, to }).toString("base64").match(/.{1,64}/g) ?? []; // prettier-ignore
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${base64.join("\n")}\n-----END CERTIFICATE-----\n`,
    key: pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}
