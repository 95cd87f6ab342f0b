import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

/** Signs in at the development issuer, as a person does. */
async function signIn(page: Page, returnTo = "/"): Promise<void> {
  await page.goto(`/auth/login?return_to=${encodeURIComponent(returnTo)}`);
  await page.getByText("On-call engineer").first().click();
  await page.waitForURL((url) => url.port === "4280" && !url.pathname.startsWith("/auth"));
}

test("a person signs in, opens the incident of the bad deployment, and reads its verdict first", async ({ page }) => {
  await signIn(page);
  await page
    .getByText(/Deployment checkout runs out of memory/)
    .first()
    .click();
  await expect(page).toHaveURL(/\/incidents\//);
  await expect(page.getByText(/Deployment checkout runs out of memory/).first()).toBeVisible();
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map((violation) => violation.id)).toEqual([]);
});

test("without signing in, no incident is told", async ({ page, request }) => {
  expect((await request.get("/api/v1/incidents")).status()).toBe(401);
  await page.goto("/");
  await expect(page.getByText(/runs out of memory/)).toHaveCount(0);
});

test("acknowledging by key changes the incident and stands in its timeline", async ({ page }) => {
  await signIn(page);
  await page
    .getByText(/Node worker-3 is out of disk/)
    .first()
    .click();
  await expect(page).toHaveURL(/\/incidents\//);
  const answered = page.waitForResponse((response) => response.url().endsWith("/acknowledge"));
  await page.keyboard.press("a");
  expect((await answered).status()).toBe(200);
  await expect(page.getByText(/acknowledged/i).first()).toBeVisible();
});
