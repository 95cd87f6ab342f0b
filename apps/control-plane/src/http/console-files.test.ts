import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabases } from "@sre/testkit";
import { openHarness, type Harness } from "../testing/harness.ts";

describe("the console's files", () => {
  let harness: Harness;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "console-"));
    await mkdir(join(directory, "assets"));
    await writeFile(join(directory, "index.html"), '<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><title>console</title>');
    await writeFile(join(directory, "assets", "app-1a2b.js"), "export {};");
    harness = await openHarness(testDatabases[0]!, { env: { CONSOLE_DIR: directory } });
  });
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const page = (path: string) => harness.anonymous(path, { headers: { accept: "text/html" } });

  test("the page is served for every path that a browser opens, with a nonce of its own each time", async () => {
    const [root, deep] = [await page("/"), await page("/incidents/7?tab=timeline")];
    expect([root.status, deep.status]).toEqual([200, 200]);
    const nonce = /content="([^"]+)"/.exec(root.text)?.[1];
    expect(nonce).not.toBe("__CSP_NONCE__");
    expect(deep.text).not.toContain(nonce);
    expect(root.headers.get("content-security-policy")).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(root.headers.get("content-security-policy")).not.toContain("unsafe");
  });

  test("files are kept by browsers for ever, because a new build names them anew", async () => {
    const file = await harness.anonymous("/assets/app-1a2b.js");
    expect(file.status).toBe(200);
    expect(file.headers.get("content-type")).toContain("javascript");
    expect(file.headers.get("cache-control")).toContain("immutable");
  });

  test("what is not there is missing, and nothing outside the folder is reached", async () => {
    expect((await harness.anonymous("/assets/other.js")).status).toBe(404);
    expect((await page("/api/v1/nothing")).status).toBe(404);
    expect((await harness.anonymous("/incidents/7")).status).toBe(404);
    for (const path of ["/..%2f..%2fetc%2fpasswd.txt", "/assets/..%2f..%2f..%2fetc%2fhosts.conf", "/%2e%2e/%2e%2e/package.json"]) {
      expect((await harness.anonymous(path)).status).toBeGreaterThanOrEqual(400);
    }
  });

  test("the API still answers with its own refusals", async () => {
    expect((await page("/api/v1/incidents")).status).toBe(401);
    expect((await harness.anonymous("/api/v1/incidents", { method: "DELETE" })).status).toBe(405);
  });
});
