/** The labels in lines of `name=value`, and the first line that is none. */
export function labelsIn(text: string): { readonly labels: Record<string, string>; readonly bad: string | null } {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== ""); // prettier-ignore
  const read = lines.map((line) => ({ line, match: /^([a-zA-Z_][\w.]*)\s*[=:]\s*"?(.*?)"?$/.exec(line) }));
  const labels = Object.fromEntries(read.flatMap(({ match }) => (match ? [[match[1] ?? "", match[2] ?? ""]] : [])));
  return { labels, bad: read.find(({ match }) => match === null)?.line ?? null };
}
