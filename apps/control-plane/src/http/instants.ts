/** The moment that an optional instant of a request names. */
export function instantOrNone(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
