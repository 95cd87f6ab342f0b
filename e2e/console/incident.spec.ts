import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

/** Signs in at the development issuer, as a person does. */
async function signIn(page: Page, returnTo = "/"): Promise<void> {
  await page.goto(`/auth/login?return_to=${encodeURIComponent(returnTo)}`);
  await page.getByText("On-call engineer").first().click();
  await page.waitForURL((url) => url.port === "4280" && !url.pathname.startsWith("/auth"));
}

/** Opens an incident from the list by what its alert says, and waits for its verdict. */
async function openIncident(page: Page, title: RegExp): Promise<void> {
  await page.getByRole("link", { name: title }).click();
  await expect(page).toHaveURL(/\/incidents\/[\w-]+/);
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(verdict(page)).toBeVisible();
}

/** The verdict, in either language. */
const verdict = (page: Page) => page.locator("section.verdict");

test("a person signs in, opens the incident of the bad deployment, and reads its verdict first", async ({ page }) => {
  await signIn(page);
  await openIncident(page, /checkout answers more than 5 % of requests with an error/);
  await expect(verdict(page)).toContainText("confirmed");
  await expect(verdict(page)).toContainText("Deployment checkout runs out of memory");
  await expect(page.getByText("Roll deployment checkout back to its former revision").first()).toBeVisible();
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map((violation) => violation.id)).toEqual([]);
});

test("a finding of the diagnosis opens the query that was sent and what was answered", async ({ page }) => {
  await signIn(page);
  await openIncident(page, /checkout answers more than 5 %/);
  await page
    .getByRole("table", { name: "Evidence" })
    .getByRole("button", { name: /Errors of service checkout rose/ })
    .click();
  const drawer = page.getByRole("dialog", { name: "Evidence" });
  await expect(drawer).toContainText("Exact text that was sent");
  await expect(drawer.getByText("As a table")).toBeVisible();
});

test("a false alarm is called one", async ({ page }) => {
  await signIn(page);
  await openIncident(page, /the slowest requests take longer than 1 s/);
  await expect(verdict(page)).toContainText("Nothing is wrong with service invoice");
});

test("without signing in, no incident is told", async ({ page, request }) => {
  expect((await request.get("/api/v1/incidents")).status()).toBe(401);
  await page.goto("/");
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText(/runs out of memory/)).toHaveCount(0);
});

test("acknowledging by key changes the incident and stands in its timeline", async ({ page }) => {
  await signIn(page);
  await openIncident(page, /thumbnails answers more than 5 %/);
  await expect(verdict(page)).toContainText("Node worker-3 is out of disk");
  const answered = page.waitForResponse((response) => response.url().endsWith("/acknowledge"));
  await page.keyboard.press("a");
  expect((await answered).status()).toBe(200);
  await expect(page.locator(".incident-facts")).toContainText("Acknowledged");
  await page.getByRole("tab", { name: "Timeline" }).click();
  await expect(page.locator(".timeline")).toContainText("On-call engineer");
});

test("in Traditional Chinese the same verdict is told in Chinese, and the choice stays", async ({ page }) => {
  await signIn(page);
  await openIncident(page, /checkout answers more than 5 %/);
  await page.getByRole("button", { name: "Language and appearance" }).click();
  await page.getByRole("menuitemradio", { name: "繁體中文" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-TW");
  await expect(verdict(page)).toContainText("Deployment checkout 記憶體不足");
  await page.reload();
  await expect(verdict(page)).toContainText("Deployment checkout 記憶體不足");
});

test("the sources page shows the control plane working", async ({ page }) => {
  await signIn(page);
  await page.getByRole("link", { name: "Sources" }).click();
  const row = page.getByRole("row").filter({ hasText: "control-plane" });
  await expect(row).toContainText("working");
});

test("signing out ends the session, for the page and for the API", async ({ page }) => {
  await signIn(page);
  await expect(page.getByRole("listitem").first()).toBeVisible();
  expect((await page.request.get("/api/v1/incidents")).status()).toBe(200);
  const cookies = await page.context().cookies();
  await page.getByRole("button", { name: "Language and appearance" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  // The issuer asks whether its own session is to end too.
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  // Not only forgotten by this browser: the old cookie opens nothing any more.
  await page.context().addCookies(cookies);
  expect((await page.request.get("/api/v1/incidents")).status()).toBe(401);
  await page.goto("/incidents");
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
});
