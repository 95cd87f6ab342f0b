/** Three significant digits, without an exponent and without trailing zeros. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(3));
  if (Math.abs(rounded) >= 1e15 || Math.abs(rounded) < 1e-6) return String(rounded);
  return rounded.toLocaleString("en-US", { maximumSignificantDigits: 3, useGrouping: Math.abs(rounded) >= 10_000 });
}

type Scale = readonly (readonly [number, string])[];

const scales: Readonly<Record<string, Scale>> = {
  s: [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"], [1e-3, "ms"], [1e-6, "µs"]],
  By: [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]],
  "By/s": [[2 ** 30, "GiB/s"], [2 ** 20, "MiB/s"], [2 ** 10, "KiB/s"], [1, "B/s"]],
  count: [[1e9, "G"], [1e6, "M"], [1e4, "k"], [1, ""]],
}; // prettier-ignore

function scaled(value: number, scale: Scale): string {
  const size = Math.abs(value);
  const row = scale.find(([factor]) => size >= factor) ?? (value === 0 ? scale.find(([factor]) => factor === 1) : scale.at(-1));
  const [factor, name] = row ?? [1, ""];
  // "k" counts from 10,000 on, but still means a thousand.
  const divisor = name === "k" ? 1e3 : factor;
  return name ? `${threeDigits(value / divisor)} ${name}` : threeDigits(value);
}

/**
 * A value with its UCUM unit in words: `0.38` of `1` as a ratio is "38 %", `5.4e8 By` is "515 MiB".
 * `ratio` says that a plain number is a share of one.
 */
export function quantity(value: number | null, unit: string | null, ratio = false): string {
  if (value === null) return "–";
  if (unit === "%") return `${threeDigits(value)} %`;
  if (ratio && (unit === "1" || unit === null)) return `${threeDigits(value * 100)} %`;
  if (unit === null || unit === "1") return scaled(value, scales["count"] ?? []);
  const scale = scales[unit];
  if (scale) return scaled(value, scale);
  const annotation = /^\{(\w+)\}(\/s|\/min)?$/.exec(unit);
  if (annotation) return `${threeDigits(value)} ${annotation[1] === "request" ? "req" : annotation[1]}${annotation[2] ?? ""}`;
  return `${threeDigits(value)} ${unit}`;
}

/** A confidence as it is said: two digits. */
export function confidence(value: number): string {
  return value.toFixed(2);
}
