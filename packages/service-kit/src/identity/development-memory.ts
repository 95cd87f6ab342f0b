import type { Adapter, AdapterPayload } from "oidc-provider";

const entriesMax = 10_000;

/** What the development issuer remembers: sign-ins and codes, in this process only, the oldest forgotten first. */
export class DevelopmentMemory {
  readonly #entries = new Map<string, { readonly payload: AdapterPayload; readonly untilMs: number }>();

  #find(key: string): AdapterPayload | undefined {
    const entry = this.#entries.get(key);
    if (entry && entry.untilMs > Date.now()) return entry.payload;
    this.#entries.delete(key);
    return undefined;
  }

  #findBy(kind: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [key, { payload }] of this.#entries) {
      if (key.startsWith(`${kind}:`) && matches(payload)) return this.#find(key);
    }
    return undefined;
  }

  #keep(key: string, payload: AdapterPayload, seconds: number | undefined): void {
    this.#entries.delete(key);
    this.#entries.set(key, { payload, untilMs: seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1_000 });
    const oldest = this.#entries.size > entriesMax ? this.#entries.keys().next().value : undefined;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  #revoke(grantId: string): void {
    for (const [key, { payload }] of this.#entries) {
      if (payload.grantId === grantId) this.#entries.delete(key);
    }
  }

  /** The store of one kind of thing, as oidc-provider wants it. */
  adapter(kind: string): Adapter {
    const keyOf = (id: string): string => `${kind}:${id}`;
    return {
      upsert: async (id, payload, seconds) => this.#keep(keyOf(id), payload, seconds),
      find: async (id) => this.#find(keyOf(id)),
      findByUid: async (uid) => this.#findBy(kind, (payload) => payload.uid === uid),
      findByUserCode: async (userCode) => this.#findBy(kind, (payload) => payload.userCode === userCode),
      consume: async (id) => {
        const payload = this.#find(keyOf(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1_000);
      },
      destroy: async (id) => void this.#entries.delete(keyOf(id)),
      revokeByGrantId: async (grantId) => this.#revoke(grantId),
    };
  }
}
