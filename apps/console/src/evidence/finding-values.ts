import type { Finding } from "@sre/contracts/evidence";
import { threeDigits } from "../format/number.ts";

/** Most values of a finding that fit in a cell. */
const valuesMax = 3;

/** The values of a finding in short: "restarts 3 · exit_code 137". */
export function findingValues(values: Finding["values"]): string {
  return Object.entries(values)
    .slice(0, valuesMax)
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${typeof value === "number" ? threeDigits(value) : value}`)
    .join(" · ");
}
