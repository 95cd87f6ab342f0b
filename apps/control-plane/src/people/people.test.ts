import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SignedIn } from "@sre/contracts/control-plane";
import { createLog } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { readConfig } from "../config.ts";
import { openControlPlane, type ControlPlane } from "../control-plane.ts";
import { migrations } from "../migrations/index.ts";
import type { Tables } from "../migrations/tables.ts";
import { openHarness } from "../testing/harness.ts";
import { cookiesFor } from "./cookies.ts";

/** A browser: keeps cookies by origin, follows no redirect by itself. */
class Browser {
  readonly #jar = new Map<string, Map<string, string>>();

  async go(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const cookies = this.#jar.get(host) ?? new Map<string, string>();
    this.#jar.set(host, cookies);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: { ...(init.headers as Record<string, string>), ...(cookie === "" ? {} : { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  plant(url: string, name: string, value: string): void {
    this.#jar.get(new URL(url).host)?.set(name, value);
  }

  cookie(url: string, name: string): string | undefined {
    return this.#jar.get(new URL(url).host)?.get(name);
  }
}

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

const secret = "secret-of-the-tests-";

describe("signing in with the development issuer", () => {
  let controlPlane: ControlPlane;
  let closeDatabase: () => Promise<void>;
  beforeAll(async () => {
    const log = createLog({ service: "test", level: "silent" });
    const database = await testDatabases[0]!.open<Tables>(migrations);
    closeDatabase = () => database.close();
    const [port, issuerPort] = [await freePort(), await freePort()];
    const env = {
      NODE_ENV: "test", HTTP_PORT: String(port), OIDC_ISSUER: `http://127.0.0.1:${issuerPort}`, DEVELOPMENT_ISSUER: "1", DEVELOPMENT_ISSUER_SECRET: `${secret}issuer`,
      ASSISTANT_CLIENT_SECRET: `${secret}assistant`, OIDC_CLIENT_SECRET: `${secret}control-plane`, CONSOLE_CLIENT_SECRET: `${secret}console`,
    }; // prettier-ignore
    controlPlane = await openControlPlane(readConfig(env), { log, database });
  });
  afterAll(async () => {
    await controlPlane[Symbol.asyncDispose]();
    await closeDatabase();
  });

  async function follow(browser: Browser, url: string): Promise<{ url: string; response: Response }> {
    let at = url;
    for (let step = 0; step < 12; step++) {
      const response = await browser.go(at);
      const location = response.headers.get("location");
      if (location === null) return { url: at, response };
      at = new URL(location, at).href;
      if (at.startsWith(controlPlane.url) && !at.includes("/auth/")) return { url: at, response };
    }
    throw new Error("too many redirects");
  }

  async function signIn(browser: Browser, returnTo = "/incidents/7"): Promise<string> {
    const page = await follow(browser, `${controlPlane.url}/auth/login?return_to=${encodeURIComponent(returnTo)}`);
    const text = await page.response.text();
    const action = new URL(/<form[^>]*action="([^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? page.url, page.url).href;
    const fields = new URLSearchParams();
    for (const [tag] of text.matchAll(/<(?:input|button)[^>]*>/g)) {
      const name = /name="([^"]+)"/.exec(tag)?.[1];
      if (name !== undefined && !fields.has(name)) fields.set(name, /value="([^"]*)"/.exec(tag)?.[1] ?? "");
    }
    const posted = await browser.go(action, {
      method: "POST",
      body: fields,
      headers: { "content-type": "application/x-www-form-urlencoded", origin: new URL(action).origin },
    });
    return (await follow(browser, new URL(posted.headers.get("location")!, action).href)).url;
  }

  const session = async (browser: Browser): Promise<SignedIn> =>
    (await (await browser.go(`${controlPlane.url}/auth/session`)).json()) as SignedIn;
  const post = (browser: Browser, path: string, { headers, body }: { headers: Record<string, string>; body?: unknown }) =>
    browser.go(`${controlPlane.url}${path}`, {
      method: "POST",
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test("brings a person back to where they wanted to go, with a session of the server's", async () => {
    const browser = new Browser();
    expect(await signIn(browser)).toBe(`${controlPlane.url}/incidents/7`);
    expect(await session(browser)).toMatchObject({
      subject: "oncall",
      name: "On-call engineer",
      scopes: expect.arrayContaining(["incidents:write", "self:read"]),
    });
    const rows = await controlPlane.app.database.kysely
      .selectFrom("audit_logs")
      .selectAll()
      .where("action", "=", "person.sign_in")
      .execute();
    expect(rows).toMatchObject([{ actor: "On-call engineer", actor_kind: "person", subject: "oncall" }]);
  });

  test("keeps the roles of the moment, and takes no machine's for one whatever the session says", async () => {
    const browser = new Browser();
    await signIn(browser);
    expect((await session(browser)).roles).toEqual(["responder", "team-manager"]);
    const { kysely } = controlPlane.app.database;
    await kysely
      .updateTable("signed_in_sessions")
      .set({ roles: JSON.stringify(["assistant", "viewer", "root"]) })
      .execute();
    expect((await session(browser)).roles).toEqual(["viewer"]);
  });

  test("a change needs the page's origin and the session's token", async () => {
    const browser = new Browser();
    await signIn(browser);
    const { csrf_token: token } = await session(browser);
    const body = { title: "By hand", severity: "error" };
    const origin = controlPlane.url;
    const create = async (headers: Record<string, string>) => (await post(browser, "/api/v1/incidents", { headers, body })).status;
    expect(await create({ origin, "x-csrf-token": token })).toBe(201);
    expect(await create({ origin })).toBe(403);
    expect(await create({ "x-csrf-token": token })).toBe(403);
    expect(await create({ origin: "https://evil.example", "x-csrf-token": token })).toBe(403);
    expect(await create({ origin, "x-csrf-token": `${token}x` })).toBe(403);
    // What a form of another site can send without being asked for leave.
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const form = async (headers: Record<string, string>) =>
        (await browser.go(`${origin}/api/v1/incidents`, { method: "POST", headers: { ...headers, "content-type": type }, body: JSON.stringify(body) })).status; // prettier-ignore
      expect([await form({}), await form({ origin: "null" }), await form({ origin, "x-csrf-token": token })]).toEqual([403, 403, 415]);
    }
  });

  test("a session that somebody else put into the browser is neither taken nor kept", async () => {
    const browser = new Browser();
    await browser.go(`${controlPlane.url}/auth/login`);
    const planted = "planted-by-somebody-else";
    const withIt = { headers: { cookie: `sre_session=${planted}` } };
    expect((await fetch(`${controlPlane.url}/auth/session`, withIt)).status).toBe(401);
    browser.plant(controlPlane.url, "sre_session", planted);
    await signIn(browser);
    expect(browser.cookie(controlPlane.url, "sre_session")).not.toBe(planted);
    expect((await session(browser)).subject).toBe("oncall");
    expect((await fetch(`${controlPlane.url}/auth/session`, withIt)).status).toBe(401);
  });

  test("signing out ends the session on the server, not only in the browser", async () => {
    const browser = new Browser();
    await signIn(browser);
    const { csrf_token: token } = await session(browser);
    const kept = browser.cookie(controlPlane.url, "sre_session");
    const out = await post(browser, "/auth/logout", { headers: { origin: controlPlane.url, "x-csrf-token": token } });
    expect(out.status).toBe(200);
    const { issuer_sign_out_url: there } = (await out.json()) as { issuer_sign_out_url: string };
    const page = await browser.go(there);
    expect(page.status).toBe(200);
    // The browser may leave the issuer's form for our page: without that word it would stay there.
    expect(page.headers.get("content-security-policy")).toContain(`form-action 'self' ${controlPlane.url}`);
    expect(new URL(there).searchParams.get("post_logout_redirect_uri")).toBe(`${controlPlane.url}/`);
    expect(browser.cookie(controlPlane.url, "sre_session")).toBeUndefined();
    expect((await fetch(`${controlPlane.url}/auth/session`, { headers: { cookie: `sre_session=${kept}` } })).status).toBe(401);
  });

  test("signing out ends an event stream that the session opened", async () => {
    const browser = new Browser();
    await signIn(browser);
    const { csrf_token: token } = await session(browser);
    const stream = (await browser.go(`${controlPlane.url}/api/v1/events`)).text();
    await post(browser, "/auth/logout", { headers: { origin: controlPlane.url, "x-csrf-token": token } });
    expect(await stream).toContain(": connected");
  });

  test("an answer of the issuer is good only in the browser that asked, and only once", async () => {
    const [victim, attacker] = [new Browser(), new Browser()];
    await victim.go(`${controlPlane.url}/auth/login`);
    const callback = `${controlPlane.url}/auth/callback?code=stolen&state=x&iss=${encodeURIComponent("http://127.0.0.1")}`;
    expect((await attacker.go(callback)).status).toBe(400);
    expect((await victim.go(callback)).status).toBe(400);
    expect((await victim.go(callback)).status).toBe(400);
  });

  const elsewhere = ["https://evil.example", "//evil.example", "/\\evil.example", "\\evil.example", "https:evil.example", "//user@evil.example", "user@evil.example", "/\u0000/evil.example", "javascript:alert(1)"]; // prettier-ignore
  test.each(elsewhere)("never returns to another site: %s", async (returnTo) => {
    expect((await fetch(`${controlPlane.url}/auth/login?return_to=${encodeURIComponent(returnTo)}`, { redirect: "manual" })).status).toBe(
      400,
    );
  });
});

test("a bearer token holds until it says, and a caller without any is asked for one", async () => {
  await using harness = await openHarness(testDatabases[0]!);
  const secondsLeft = (Date.parse((await (await harness.as())("/auth/session")).body["expires_at"]) - Date.now()) / 1_000;
  expect(secondsLeft).toBeGreaterThan(200);
  expect(secondsLeft).toBeLessThanOrEqual(300);
  expect(await harness.anonymous("/auth/session")).toMatchObject({
    status: 401,
    body: { code: "unauthenticated", detail: "This needs a bearer token or a session." },
  });
});

test("a token that the issuer gives for another service signs nobody in", async () => {
  await using harness = await openHarness(testDatabases[0]!);
  const begun = await harness.anonymous("/auth/login");
  const asked = new URL(begun.headers.get("location") ?? "").searchParams;
  const claims = { sub: "oncall", aud: "another-service", scope: "incidents:read" };
  const code = harness.issuer.code({ client: "console", nonce: asked.get("nonce") ?? "", claims });
  const headers = { cookie: begun.headers.getSetCookie()[0]?.split(";")[0] ?? "" };
  const reply = await harness.anonymous(`/auth/callback?code=${code}&state=${asked.get("state")}`, { headers });
  expect(reply).toMatchObject({ status: 400, body: { code: "invalid_request", next_step: "Sign in again." } });
  expect(reply.headers.getSetCookie()).toEqual([]);
});

test("an answer with another state, nonce or issuer, with a code of nobody's or used before, opens no session; the right one does", async () => {
  await using harness = await openHarness(testDatabases[0]!);
  const comeBack = async (change: Record<string, string> = {}, nonce?: string) => {
    const begun = await harness.anonymous("/auth/login");
    const asked = new URL(begun.headers.get("location") ?? "").searchParams;
    const claims = { sub: "oncall", aud: "control-plane", azp: "console", scope: "incidents:read", realm_access: { roles: ["responder"] } };
    const code = harness.issuer.code({ client: "console", nonce: nonce ?? asked.get("nonce") ?? "", claims });
    const query = new URLSearchParams({ code, state: asked.get("state") ?? "", ...change });
    const headers = { cookie: begun.headers.getSetCookie()[0]?.split(";")[0] ?? "" };
    const call = () => harness.anonymous(`/auth/callback?${query}`, { headers });
    return { reply: await call(), call };
  };
  const refused = [
    await comeBack({ state: "another" }),
    await comeBack({ state: "" }),
    await comeBack({}, "another"),
    await comeBack({ iss: "https://issuer.evil.example" }),
    await comeBack({ code: "guessed" }),
  ];
  for (const { reply } of refused) expect([reply.status, reply.headers.getSetCookie()]).toEqual([400, []]);
  const { reply, call } = await comeBack({ iss: harness.issuer.issuer });
  expect([reply.status, reply.headers.getSetCookie().length]).toEqual([302, 2]);
  expect((await call()).status).toBe(400);
});

test("sign-ins that nobody finished in their ten minutes are not kept, those of now are", async () => {
  await using harness = await openHarness(testDatabases[0]!);
  const { kysely } = harness.controlPlane.app.database;
  const kept = async () => (await kysely.selectFrom("sign_ins").select("attempt_hash").execute()).length;
  for (let begun = 0; begun < 3; begun++) await harness.anonymous("/auth/login");
  expect(await kept()).toBe(3);
  await kysely
    .updateTable("sign_ins")
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .execute();
  await harness.anonymous("/auth/login");
  expect(await kept()).toBe(1);
});

describe("cookies", () => {
  test("are bound to the host and to https where people come by https", () => {
    const cookies = cookiesFor("https://sre.example");
    expect(cookies.set(cookies.session, "v", 60)).toBe("__Host-sre_session=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
  });
  test("are plain on loopback http, where browsers accept no other", () => {
    const cookies = cookiesFor("http://127.0.0.1:8080");
    expect(cookies.set(cookies.session, "v", 60)).toBe("sre_session=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
  });
});
