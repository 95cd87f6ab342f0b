const factors: Readonly<Record<string, number>> = {
  "": 1, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4, Pi: 1024 ** 5,
}; // prettier-ignore

/** A Kubernetes quantity such as 500m, 2Gi or 1e3 as a number; null for a text that is none. */
export function quantity(text: unknown): number | null {
  if (typeof text === "number") return Number.isFinite(text) ? text : null;
  const match = typeof text === "string" ? /^([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(text.trim()) : null;
  const factor = factors[match?.[2] ?? ""];
  return match === null || factor === undefined ? null : Number(match[1]) * factor;
}
