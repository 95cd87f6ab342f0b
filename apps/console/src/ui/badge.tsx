import type { ReactNode } from "react";
import "./badge.css";

export type Tone = "red" | "amber" | "green" | "accent" | "plain";

/** A state: always a sign and a word, never a colour alone. */
export function Badge({ tone, sign, children, strong = false }: { tone: Tone; sign?: string; children: ReactNode; strong?: boolean }) {
  return (
    <span className={`badge badge-${tone}${strong ? " badge-strong" : ""}`}>
      {sign ? <span aria-hidden="true">{sign}</span> : null}
      <span>{children}</span>
    </span>
  );
}
