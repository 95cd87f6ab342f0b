import { expect, happen, open, settled, test, violations } from "./open.ts";

test.use({ viewport: { width: 1280, height: 900 } });

const rows = (page: Parameters<typeof open>[0], table: string) => page.getByRole("table", { name: table }).getByRole("row");

test("a storm is drawn while it comes: how many became how few, the incidents that took them, and of what", async ({ page }) => {
  await open(page, "/storm");
  await expect(page.getByText("no storm")).toBeVisible();
  await expect(page.getByText("12 alerts became 2 incidents")).toBeVisible();
  await happen(page, "storm");
  await expect(page.getByText("storm under way")).toBeVisible();
  await expect(page.getByText("510 alerts became 4 incidents")).toBeVisible();
  await expect(rows(page, "Incidents that took most of them")).toHaveCount(5);
  expect(await page.locator(".histogram-place rect").count()).toBeGreaterThan(6);
  await page.getByText("As a table").click();
  await expect(rows(page, "Alerts a minute, and the incidents that were opened").nth(1)).toContainText("149");
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("j");
  await expect(page.locator(":focus")).toContainText("#1042");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("checkout");
});

test("a storm is announced on the lists, and leads to its page", async ({ page }) => {
  await open(page, "/incidents");
  await expect(page.getByRole("link", { name: /^. ?Storm:/ })).toHaveCount(0);
  await happen(page, "storm");
  await open(page, "/alerts");
  await page.getByRole("link", { name: /Storm: \d+ alerts became \d incidents/ }).click();
  await expect(page).toHaveURL(/\/storm$/);
});

test("how far back stands in the address, and what is not counted is said", async ({ page }) => {
  await open(page, "/storm");
  await happen(page, "storm");
  await page.getByText("6 h", { exact: true }).click();
  await expect(page).toHaveURL(/minutes=360/);
  await expect(page.getByText("More alerts came than are counted here")).toBeVisible();
});

test("what is paused does not change under the eye, and goes on when told", async ({ page }) => {
  await open(page, "/storm");
  await page.keyboard.press("p");
  await expect(page.getByText("paused: what is shown gets old")).toBeVisible();
  await happen(page, "storm");
  // Longer than the rate at which news are gathered.
  await page.waitForTimeout(6_000);
  await expect(page.getByText("no storm")).toBeVisible();
  await page.getByRole("button", { name: /Go on/ }).click();
  await expect(page.getByText("storm under way")).toBeVisible();
});

test("a storm that cannot be read is no calm", async ({ page }) => {
  await open(page, "/incidents");
  await happen(page, "storm-away");
  await page.goto("/storm");
  await settled(page);
  await expect(page.getByText("The database does not answer.")).toBeVisible();
  await expect(page.getByText("no storm")).toHaveCount(0);
});
