type Test = (character: string) => boolean;
type State =
  | { readonly kind: "character"; readonly test: Test; readonly next: number }
  | { readonly kind: "split"; next: readonly number[] }
  | { readonly kind: "match" };
/** A part of a pattern: adds its states in front of `next` and returns where it begins. */
type Part = (states: State[], next: number) => number;

/** A pattern that is not understood; the message says where. */
export class PatternRefused extends Error {}

const patternCharactersMax = 200;
const escapes: Readonly<Record<string, Test>> = {
  d: (character) => character >= "0" && character <= "9",
  w: (character) => /^[0-9A-Za-z_]$/.test(character),
  s: (character) => /^\s$/.test(character),
};

function add(states: State[], state: State): number {
  states.push(state);
  return states.length - 1;
}

const character =
  (test: Test): Part =>
  (states, next) =>
    add(states, { kind: "character", test, next });
const sequence = (parts: readonly Part[]): Part => (states, next) => parts.reduceRight((after, part) => part(states, after), next); // prettier-ignore
const either = (parts: readonly Part[]): Part => (states, next) => add(states, { kind: "split", next: parts.map((part) => part(states, next)) }); // prettier-ignore

function repeated(part: Part, sign: string): Part {
  if (sign === "?") return (states, next) => add(states, { kind: "split", next: [part(states, next), next] });
  return (states, next) => {
    const split: Extract<State, { kind: "split" }> = { kind: "split", next: [] };
    const place = add(states, split);
    const body = part(states, place);
    split.next = [body, next];
    return sign === "*" ? place : body;
  };
}

/** Reads a pattern character by character: each method takes what it stands for and leaves the rest. */
class Reader {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  whole(): Part {
    const part = this.#alternatives();
    if (this.#at < this.#characters.length) this.#refuse("has an unexpected )");
    return part;
  }

  #refuse(what: string): never {
    throw new PatternRefused(`The pattern ${what} at character ${this.#at + 1}.`);
  }

  #take(wanted?: string): string | undefined {
    const next = this.#characters[this.#at];
    if (next === undefined || (wanted !== undefined && next !== wanted)) return undefined;
    this.#at += 1;
    return next;
  }

  #alternatives(): Part {
    const parts = [this.#sequence()];
    while (this.#take("|") !== undefined) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : either(parts);
  }

  #sequence(): Part {
    const parts: Part[] = [];
    for (let next = this.#characters[this.#at]; next !== undefined && next !== "|" && next !== ")"; next = this.#characters[this.#at]) {
      let part = this.#atom();
      for (let sign = this.#characters[this.#at]; sign === "*" || sign === "+" || sign === "?"; sign = this.#characters[this.#at]) {
        this.#at += 1;
        part = repeated(part, sign);
      }
      parts.push(part);
    }
    return sequence(parts);
  }

  #atom(): Part {
    const next = this.#take()!;
    if (next === "(") return this.#group();
    if (next === "[") return character(this.#class());
    if (next === ".") return character((one) => one !== "\n");
    if (next === "\\") return character(this.#escaped());
    if ("*+?{}^$]".includes(next)) this.#refuse(`has a ${next} that is not understood`);
    return character((one) => one === next);
  }

  #group(): Part {
    if (this.#take("?") !== undefined && this.#take(":") === undefined) this.#refuse("has a kind of group that is not understood");
    const part = this.#alternatives();
    if (this.#take(")") === undefined) this.#refuse("has a group that does not end");
    return part;
  }

  #escaped(): Test {
    const next = this.#take();
    if (next === undefined) this.#refuse("ends in a backslash");
    const known = Object.hasOwn(escapes, next) ? escapes[next] : undefined;
    if (known) return known;
    if (/^[0-9A-Za-z]$/.test(next)) this.#refuse(`has a \\${next} that is not understood`);
    return (one) => one === next;
  }

  #class(): Test {
    const negated = this.#take("^") !== undefined;
    const tests: Test[] = [];
    for (let next = this.#take(); next !== "]"; next = this.#take()) {
      if (next === undefined) this.#refuse("has a [ that does not end");
      tests.push(this.#member(next));
    }
    if (tests.length === 0) this.#refuse("has an empty []");
    return (one) => tests.some((test) => test(one)) !== negated;
  }

  #member(first: string): Test {
    if (first === "\\") return this.#escaped();
    const isRange = this.#characters[this.#at] === "-" && this.#characters[this.#at + 1] !== "]";
    if (!isRange) return (one) => one === first;
    this.#at += 1;
    const last = this.#take();
    if (last === undefined || last < first) this.#refuse("has a range that is not one");
    return (one) => one >= first && one <= last;
  }
}

function reachable(states: readonly State[], from: readonly number[]): Set<number> {
  const seen = new Set<number>();
  const waiting = [...from];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (seen.has(place)) continue;
    seen.add(place);
    const state = states[place]!;
    if (state.kind === "split") waiting.push(...state.next);
  }
  return seen;
}

/**
 * A regular expression that matches whole values, as Prometheus reads them: literals, `.`, classes, groups, `|`, `*`, `+`, `?`.
 * All ways are followed side by side (Thompson, 1968), so that no pattern takes more than its length times the value's.
 * Throws PatternRefused for what it does not understand, and for more than 200 characters.
 */
export function compilePattern(pattern: string): (value: string) => boolean {
  if (pattern.length > patternCharactersMax) throw new PatternRefused(`The pattern is longer than ${patternCharactersMax} characters.`);
  const states: State[] = [{ kind: "match" }];
  const start = new Reader(pattern).whole()(states, 0);
  return (value) => {
    let places = reachable(states, [start]);
    for (const one of value) {
      const next: number[] = [];
      for (const place of places) {
        const state = states[place]!;
        if (state.kind === "character" && state.test(one)) next.push(state.next);
      }
      if (next.length === 0) return false;
      places = reachable(states, next);
    }
    return places.has(0);
  };
}
