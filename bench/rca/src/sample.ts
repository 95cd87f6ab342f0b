import { randomOf } from "./generated/random.ts";

/** Keeps a fair, seeded sample of what passes by, a few for each group, and nothing else in memory (Vitter's algorithm R). */
export class Sample<T> {
  readonly #size: number;
  readonly #random: () => number;
  readonly #kept = new Map<string, { seen: number; items: T[] }>();

  constructor(sizePerGroup: number, seed: number) {
    this.#size = sizePerGroup;
    this.#random = randomOf(seed);
  }

  offer(group: string, item: T): void {
    const known = this.#kept.get(group) ?? { seen: 0, items: [] };
    this.#kept.set(group, known);
    known.seen++;
    const place = known.items.length < this.#size ? known.items.length : Math.floor(this.#random() * known.seen);
    if (place < this.#size) known.items[place] = item;
  }

  items(): T[] {
    return [...this.#kept.values()].flatMap(({ items }) => items);
  }
}
