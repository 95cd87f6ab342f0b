const charactersMax = 2_000;

/** What an alert says in words, for the comparison with others. */
export function textOf(annotations: Readonly<Record<string, string>>): string {
  return `${annotations["summary"] ?? ""} ${annotations["description"] ?? annotations["message"] ?? ""}`.slice(0, charactersMax);
}
