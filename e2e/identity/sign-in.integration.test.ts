import { randomUUID } from "node:crypto";
import { chromium, type Browser, type Page } from "@playwright/test";
import type { Incident, SignedIn } from "@sre/contracts/control-plane";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildConsole } from "../../scripts/start/console-build.ts";
import { startPlatform, type Platform } from "../flow/platform.ts";
import { keycloakAt, type Keycloak } from "./keycloak.ts";

const url = process.env["KEYCLOAK_URL"] ?? "";
const otherTeam = "00000000-0000-7000-8000-0000000000ff";
const alert = () => ({
  status: "firing",
  labels: { alertname: "HighErrorRate", severity: "critical", service: "checkout", namespace: "shop", cluster: "eu-1" },
  annotations: {},
  startsAt: new Date().toISOString(),
  endsAt: "0001-01-01T00:00:00Z",
  generatorURL: "",
  fingerprint: "00000000000000a1",
});

interface Tool {
  readonly name: string;
  readonly state: string;
}

describe.skipIf(url === "")("both services with a real Keycloak", () => {
  let keycloak: Keycloak;
  let platform: Platform;
  let browser: Browser;

  beforeAll(async () => {
    await buildConsole();
    keycloak = keycloakAt(url);
    const [control, assistant, console] = await Promise.all(
      ["control-plane", "assistant", "console"].map((client) => keycloak.secretOf(client)),
    );
    platform = await startPlatform({
      OIDC_ISSUER: keycloak.issuer, CALLERS: "control-plane",
      CONTROL_PLANE_CLIENT_SECRET: control ?? "", ASSISTANT_CLIENT_SECRET: assistant ?? "", CONSOLE_CLIENT_SECRET: console ?? "",
    }); // prettier-ignore
    await keycloak.allowConsole(platform.url);
    browser = await chromium.launch({ executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
  });

  const call = (address: string, token: string, init: RequestInit = {}) =>
    fetch(address, { ...init, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } });

  describe("services", () => {
    const [reading, running] = ["incidents:read alerts:read", "diagnostics:run diagnostics:read"];

    test("take each other's tokens, and nobody's that are for the other", async () => {
      const [fromControl, fromAssistant] = [
        await keycloak.serviceToken("control-plane", running),
        await keycloak.serviceToken("assistant", reading),
      ];
      expect((await call(`${platform.assistantUrl}/api/v1/tools/status`, fromControl)).status).toBe(200);
      expect((await call(`${platform.url}/api/v1/incidents`, fromAssistant)).status).toBe(200);
      expect((await call(`${platform.assistantUrl}/api/v1/tools/status`, fromAssistant)).status).toBe(401);
      expect((await call(`${platform.url}/api/v1/incidents`, fromControl)).status).toBe(401);
    });

    test("get no right that their machine has not, however they ask", async () => {
      const token = await keycloak.serviceToken("assistant", "incidents:read");
      const body = JSON.stringify({ title: "By the assistant", severity: "info" });
      expect((await call(`${platform.url}/api/v1/incidents`, token, { method: "POST", body })).status).toBe(403);
      await expect(keycloak.serviceToken("assistant", "incidents:write")).rejects.toThrow(/invalid_scope/);
    });

    test("diagnose an alert together, each with its own token: asked by one, answered with context of the other", async () => {
      const body = JSON.stringify({
        version: "4",
        groupKey: "{}",
        status: "firing",
        receiver: "sre",
        alerts: [alert()],
      });
      const sent = await call(`${platform.url}/api/v1/webhooks/alertmanager`, platform.ingestToken, { method: "POST", body });
      expect(sent.status).toBe(200);
      const { incident_ids: ids } = (await sent.json()) as { incident_ids: string[] };
      const read = async () =>
        (await (
          await call(`${platform.url}/api/v1/incidents/${ids[0]}`, await keycloak.serviceToken("assistant", reading))
        ).json()) as Incident;
      await expect.poll(async () => (await read()).diagnosis?.status, { timeout: 60_000, interval: 500 }).toBe("reported");
      const status = await call(`${platform.assistantUrl}/api/v1/tools/status`, await keycloak.serviceToken("control-plane", running));
      const { tools } = (await status.json()) as { tools: Tool[] };
      expect(tools.find(({ name }) => name === "control-plane")).toMatchObject({ state: "ok" });
    });
  });

  describe("people in a browser", () => {
    async function signIn(page: Page, person: { username: string; password: string }): Promise<URLSearchParams> {
      const asked = page.waitForRequest((request) => request.url().startsWith(`${keycloak.issuer}/protocol/openid-connect/auth?`));
      await page.goto(`${platform.url}/auth/login?return_to=/incidents`);
      await page.locator("#username").fill(person.username);
      await page.locator("#password").fill(person.password);
      await page.locator("#kc-login").click();
      await page.waitForURL(`${platform.url}/incidents*`);
      return new URL((await asked).url()).searchParams;
    }

    const newPerson = async (roles: readonly string[], team?: string) => {
      const username = `person-${randomUUID()}`;
      return { username, password: await keycloak.addPerson({ username, roles, ...(team === undefined ? {} : { team }) }) };
    };

    async function inPage(work: (page: Page) => Promise<void>): Promise<void> {
      const context = await browser.newContext();
      try {
        await work(await context.newPage());
      } finally {
        await context.close();
      }
    }

    /** What the page itself is answered, with the cookie and token of its session. */
    const fromPage = (page: Page, route: `${"GET" | "POST"} /${string}`, body?: object) =>
      page.evaluate(
        async (asked) => {
          const session = (await (await fetch("/auth/session")).json()) as { csrf_token?: string };
          const headers = { "content-type": "application/json", "x-csrf-token": session.csrf_token ?? "" };
          const [method = "", path = ""] = asked.route.split(" ");
          const answer = await fetch(path, {
            method,
            headers,
            ...(asked.body ? { body: JSON.stringify(asked.body) } : {}),
          });
          return { status: answer.status, body: (await answer.json().catch(() => null)) as unknown };
        },
        { route, body },
      );

    test("sign in with code and PKCE, work with the roles that Keycloak gave them, and sign out here and there", () =>
      inPage(async (page) => {
        const asked = await signIn(page, await newPerson(["responder"]));
        expect(asked.get("code_challenge_method")).toBe("S256");
        expect(asked.get("code_challenge")).toMatch(/^[\w-]{43}$/);
        const { body: session } = await fromPage(page, "GET /auth/session");
        expect(session).toMatchObject({ roles: ["responder"], scopes: expect.arrayContaining(["incidents:write", "self:read"]) });
        const incident = { title: "By hand", severity: "info" };
        expect((await fromPage(page, "POST /api/v1/incidents", incident)).status).toBe(201);
        expect((await fromPage(page, "GET /api/v1/audit-logs")).status).toBe(403);

        await page.getByRole("button", { name: /Appearance/i }).click();
        await page.getByRole("menuitem", { name: "Sign out" }).click();
        await page.waitForURL((at) => at.href.startsWith(platform.url) && !at.pathname.startsWith("/incidents"));
        expect((await fromPage(page, "GET /auth/session")).status).toBe(401);
        await page.goto(`${platform.url}/auth/login`);
        await expect.poll(() => page.locator("#password").count()).toBe(1);
      }));

    test("who have no role of ours can sign in and do nothing", () =>
      inPage(async (page) => {
        await signIn(page, await newPerson([]));
        const { body } = await fromPage(page, "GET /auth/session");
        expect(body as SignedIn).toMatchObject({ roles: [] });
        expect((await fromPage(page, "GET /api/v1/incidents")).status).toBe(403);
      }));

    test("of another team see an empty house", () =>
      inPage(async (page) => {
        await signIn(page, await newPerson(["team-manager"], otherTeam));
        expect((await fromPage(page, "GET /auth/session")).body).toMatchObject({ team_id: otherTeam });
        expect((await fromPage(page, "GET /api/v1/incidents")).body).toMatchObject({ items: [] });
      }));

    test("cannot come back with somebody else's answer, nor be sent elsewhere by Keycloak", () =>
      inPage(async (page) => {
        const answer = await page.goto(`${platform.url}/auth/callback?code=stolen&state=x&iss=${encodeURIComponent(keycloak.issuer)}`);
        expect(answer?.status()).toBe(400);
        const elsewhere = new URLSearchParams({
          client_id: "console",
          response_type: "code",
          scope: "openid",
          redirect_uri: "https://evil.example/auth/callback",
        });
        const refused = await page.goto(`${keycloak.issuer}/protocol/openid-connect/auth?${elsewhere}`);
        expect(refused?.status()).toBe(400);
      }));

    test("are not signed in by a client that leaves PKCE out", () =>
      inPage(async (page) => {
        const query = new URLSearchParams({
          client_id: "console",
          response_type: "code",
          scope: "openid",
          redirect_uri: `${platform.url}/auth/callback`,
        });
        await page.goto(`${keycloak.issuer}/protocol/openid-connect/auth?${query}`);
        expect(new URL(page.url()).searchParams.get("error_description")).toMatch(/code_challenge/);
      }));
  });
});
