import { useEffect, useRef } from "react";

/** How long the first key of a pair waits for the second, in milliseconds. */
const pairMsMax = 1_200;

export type KeyActions = Readonly<Record<string, (() => void) | undefined>>;

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The name of a key as the tables of actions spell it; null for keys pressed with a modifier, apart from mod+k. */
export function keyName(event: Pressed): string | null {
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === "k" ? "mod+k" : null;
  if (event.altKey) return null;
  return event.key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && ["checkbox", "radio"].includes(target.type)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function isCovered(): boolean {
  return document.querySelector('[aria-modal="true"], [role="menu"]') !== null;
}

/** Binds keys while the component is shown; silent while somebody types or a dialog is open. Pairs are written "g i". */
export function useKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    const onKey = (event: KeyboardEvent) => {
      const key = keyName(event);
      if (key === null || (key !== "mod+k" && (isTyping(event.target) || isCovered()))) return;
      const pair = first && event.timeStamp - first.at < pairMsMax ? `${first.key} ${key}` : null;
      const action = (pair && latest.current[pair]) || latest.current[key];
      first = action ? null : { key, at: event.timeStamp };
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
