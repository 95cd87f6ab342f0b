import type { Span } from "./api.ts";

/** A window in milliseconds. */
export function windowSpan(window: { readonly from: string; readonly to: string }): Span {
  return { fromMs: Date.parse(window.from), toMs: Date.parse(window.to) };
}
