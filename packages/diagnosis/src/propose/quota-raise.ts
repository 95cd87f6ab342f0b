import type { Finding } from "@sre/contracts/evidence";
import { quantity } from "../quantity.ts";

/* How far a quota must be raised, from the API server's own words: "exceeded quota: NAME, requested: …, used: …, limited: …". */

const binaryUnits = [
  ["Gi", 1024 ** 3],
  ["Mi", 1024 ** 2],
  ["Ki", 1024],
] as const;

/** An amount as a person would write it: whole units where it is whole, else thousandths or bytes. */
function written(amount: number, sample: string): string {
  const unit = /[KMGTP]i$/.test(sample) ? binaryUnits.find(([, size]) => Number.isInteger(amount / size)) : undefined;
  if (unit !== undefined) return `${amount / unit[1]}${unit[0]}`;
  return Number.isInteger(amount) ? `${amount}` : `${Math.ceil(amount * 1000)}m`;
}

const amountsIn = (list: string): ReadonlyMap<string, string> =>
  new Map([...list.matchAll(/([\w./-]+)=([^,\s]+)/g)].map(([, name = "", amount = ""]) => [name, amount]));

/** The quota and the hard limits that would let in what was refused, e.g. "requests.cpu=11"; null when the refusal does not tell. */
export function raisedQuota(mechanism: readonly Finding[]): { quota: string; hard: string } | null {
  for (const { values } of mechanism) {
    const told = /exceeded quota: ([\w.-]+), requested: (.+?), used: (.+?), limited: (.+)$/.exec(String(values["detail"] ?? ""));
    const [quota, asked, used, limited] = [told?.[1], amountsIn(told?.[2] ?? ""), amountsIn(told?.[3] ?? ""), amountsIn(told?.[4] ?? "")];
    const hard = [...limited].flatMap(([name, limit]) => {
      const [wants, has, most] = [quantity(asked.get(name)), quantity(used.get(name)), quantity(limit)];
      if (wants === null || has === null || most === null || has + wants <= most) return [];
      return [`${name}=${written(Number((has + wants).toPrecision(12)), asked.get(name) ?? "")}`];
    });
    if (quota !== undefined && hard.length > 0) return { quota, hard: hard.join(",") };
  }
  return null;
}
