/** What an address says of a list, under a name. */
export interface SavedView<Search> {
  readonly name: string;
  readonly search: Search;
}

/** Reads an address; keeps what is known and drops the rest. */
export type ReadSearch<Search> = (search: Record<string, unknown>) => Search;

const viewsMax = 20;

/** The views in a stored text; whatever is not one is left out. */
export function parseViews<Search>(text: string | null, read: ReadSearch<Search>): SavedView<Search>[] {
  try {
    const value = JSON.parse(text ?? "[]") as unknown;
    if (!Array.isArray(value)) return [];
    return value.flatMap((each: unknown) => {
      if (typeof each !== "object" || each === null || !("name" in each) || typeof each.name !== "string") return [];
      const search = "search" in each && typeof each.search === "object" && each.search !== null ? { ...each.search } : {};
      return [{ name: each.name, search: read(search as Record<string, unknown>) }];
    });
  } catch {
    return [];
  }
}

/** Keeps a view under its name, the newest first. */
export function withView<Search>(views: readonly SavedView<Search>[], view: SavedView<Search>): SavedView<Search>[] {
  return [view, ...views.filter((each) => each.name !== view.name)].slice(0, viewsMax);
}
