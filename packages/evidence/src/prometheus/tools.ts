import type { PrometheusApi } from "./api.ts";
import type { Conventions } from "./conventions.ts";

/** What every kind of question needs. */
export interface Tools {
  readonly api: PrometheusApi;
  readonly conventions: Conventions;
  /** Of entities that alerts name without one. */
  readonly cluster: string | null;
}
