/** A table of `kubectl get`: each row by the names of its columns, which begin where their heading begins. */
export function tableRows(text: string): Record<string, string>[] {
  const [head = "", ...lines] = text.split("\n").filter((line) => line.trim() !== "");
  if (!/^[A-Z]/.test(head)) return [];
  const columns = [...head.matchAll(/\S+(?: \S+)*/g)].map((found) => ({ name: found[0], from: found.index }));
  return lines.map((line) => Object.fromEntries(columns.map(({ name, from }, i) => [name, line.slice(from, columns[i + 1]?.from).trim()])));
}
