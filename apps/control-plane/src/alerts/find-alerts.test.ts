import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import { openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { resolved, sampleAlert } from "../testing/sample-alert.ts";

interface Made {
  readonly name: string;
  readonly service: string;
  readonly severity?: string;
}

describe.each(testDatabases)("searching alerts on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  let count = 0;
  const made = ({ name, service, severity = "warning" }: Made) =>
    sampleAlert({ fingerprint: (++count).toString(16).padStart(16, "0"), labels: { alertname: name, service, severity } });
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const page = async (query: string) => (await call(`/api/v1/alerts?${query}`)).body as { items: Alert[]; next_cursor: string | null };
  const found = async (query: string) => (await page(query)).items.map(({ name, labels }) => `${name} of ${labels["service"]}`);

  test("finds letters anywhere in name or service, whatever their case, and an alert that has them in both once", async () => {
    await harness.send([made({ name: "ZebraDown", service: "stable" })]);
    await harness.send([made({ name: "Other", service: "zebra-feed" })]);
    await harness.send([made({ name: "ZebraSlow", service: "zebra-feed" })]);
    expect(await found("search=zEBr")).toEqual(["ZebraSlow of zebra-feed", "Other of zebra-feed", "ZebraDown of stable"]);
    expect(await found("search=w")).toContain("ZebraSlow of zebra-feed");
    expect(await found("search=no-such")).toEqual([]);
  });

  test("a per cent sign and an underscore are only signs", async () => {
    await harness.send([made({ name: "Full_90%", service: "signs" })]);
    expect(await found("search=l_9")).toEqual(["Full_90% of signs"]);
    expect(await found("search=0%25")).toEqual(["Full_90% of signs"]);
    expect(await found("search=l%259")).toEqual([]);
  });

  test("a name or service that no index can hold sinks no delivery", async () => {
    const long = Array.from({ length: 2_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000))).join("");
    const { incident_ids: opened } = await harness.send([
      made({ name: long, service: long }),
      made({ name: "Sibling", service: "siblings" }),
    ]);
    expect(opened).toHaveLength(2);
    expect(await found(`search=${encodeURIComponent(long.slice(0, 20))}`)).toEqual([`${long.slice(0, 500)} of ${long}`]);
    expect(await found("search=siblings")).toEqual(["Sibling of siblings"]);
  });

  test("goes with the other filters", async () => {
    const [mild, grave] = [made({ name: "Goat", service: "goats" }), made({ name: "Goat", service: "goats", severity: "critical" })];
    await harness.send([mild, grave]);
    await harness.send([resolved(mild, new Date(Date.UTC(2026, 10, 24, 11)).toISOString())]);
    const severities = async (query: string) => (await page(query)).items.map(({ severity }) => severity);
    expect(await severities("search=goat&severity=critical")).toEqual(["critical"]);
    expect(await severities("search=goat&status=resolved")).toEqual(["warning"]);
    expect(await severities("search=goat&held=flapping")).toEqual([]);
  });

  test.each([
    { words: 3, why: "few services" },
    { words: 105, why: "more services than are looked up one by one" },
  ])("pages of what $why have neither repeat nor skip", async ({ words }) => {
    const names = Array.from({ length: words }, (_, index) => `paged${words}-${index}`);
    await harness.send(names.map((service) => made({ name: `Paged${words}`, service })));
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const { items, next_cursor: next }: Awaited<ReturnType<typeof page>> = await page(
        `search=paged${words}-&limit=${Math.ceil(words / 3)}${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...items.map(({ labels }) => labels["service"]!));
      cursor = next;
    }
    expect(seen.length).toBe(words);
    expect(new Set(seen)).toEqual(new Set(names));
  });

  test("another team finds nothing of it", async () => {
    const other = await harness.as({ teamId: "00000000-0000-7000-8000-0000000000ff" });
    expect((await other("/api/v1/alerts?search=zebra")).body).toMatchObject({ items: [] });
  });
});
