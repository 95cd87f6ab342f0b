/** The q-quantile of some figures (nearest rank); NaN of none. */
export function quantile(figures: readonly number[], q: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

/** A figure beside what is wanted of it, if anything is; with `--gate` a miss ends the process with code 1. */
export function report(name: string, figure: number, wanted: { max?: number; unit: string }): void {
  const ok = wanted.max === undefined || figure <= wanted.max;
  const limit = wanted.max === undefined ? "" : ` (wanted ≤ ${wanted.max})`;
  console.log(`${ok ? "✔" : "✖"} ${name}: ${Number(figure.toPrecision(4))} ${wanted.unit}${limit}`);
  if (!ok && process.argv.includes("--gate")) process.exitCode = 1;
}
