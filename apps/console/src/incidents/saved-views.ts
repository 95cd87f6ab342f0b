import { readListSearch, type ListSearch } from "../app/search.ts";

export interface SavedView {
  readonly name: string;
  readonly search: ListSearch;
}

const storageKey = "sre-saved-views";
const viewsMax = 20;

/** The views in a stored text; whatever is not one is left out. */
export function parseViews(text: string | null): SavedView[] {
  try {
    const value = JSON.parse(text ?? "[]") as unknown;
    if (!Array.isArray(value)) return [];
    return value.flatMap((each: unknown) => {
      if (typeof each !== "object" || each === null || !("name" in each) || typeof each.name !== "string") return [];
      const search = "search" in each && typeof each.search === "object" && each.search !== null ? { ...each.search } : {};
      return [{ name: each.name, search: readListSearch(search) }];
    });
  } catch {
    return [];
  }
}

export const loadViews = (): SavedView[] => parseViews(localStorage.getItem(storageKey));

/** Keeps a view under its name, the newest first. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [view, ...views.filter((each) => each.name !== view.name)].slice(0, viewsMax);
}

export function storeViews(views: readonly SavedView[]): void {
  localStorage.setItem(storageKey, JSON.stringify(views));
}
