import { expect, happen, open, test, violations } from "./open.ts";

test("the audit log says who did what, what was refused, and that every row is as it was sealed", async ({ page }) => {
  await open(page, "/incidents");
  await page.getByRole("button", { name: "Language and appearance" }).click();
  await page.getByRole("menuitem", { name: "Audit log" }).click();
  await expect(page).toHaveURL(/\/audit$/);
  const proof = page.getByRole("region", { name: "As it was sealed?" });
  await expect(proof).toContainText("All 3 sealed rows are as they were sealed.");
  await expect(proof).toContainText("2 signed checkpoints agree");
  const rows = page.getByRole("table", { name: "Entries" }).getByRole("row");
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(3)).toContainText("refused");
  await rows.nth(2).getByText("Row 3").click();
  await expect(rows.nth(2)).toContainText("on it");
  expect(await violations(page)).toEqual([]);
});

test("what is looked for stands in the address, in the rows and in the downloads", async ({ page }) => {
  await open(page, "/audit");
  await page.getByRole("searchbox", { name: "Actor" }).fill("Ada");
  await expect(page).toHaveURL(/actor=Ada/);
  const rows = page.getByRole("table", { name: "Entries" }).getByRole("row");
  await expect(rows).toHaveCount(2);
  await page.getByLabel("From day").fill("2026-11-01");
  await expect(page).toHaveURL(/from=2026-11-01/);
  const csv = await page.getByRole("link", { name: "Download CSV" }).getAttribute("href");
  expect(csv).toContain("actor=Ada");
  expect(csv).toContain("from=2026-10-31T16%3A00%3A00.000Z");
  await page.getByRole("searchbox", { name: "Service" }).fill("nothing of that name");
  await expect(page.getByText("No entry fits")).toBeVisible();
});

test("a row that somebody edited is named", async ({ page }) => {
  await open(page, "/incidents");
  await happen(page, "tampered");
  await open(page, "/audit");
  const proof = page.getByRole("region", { name: "As it was sealed?" });
  await expect(proof).toContainText("A row was edited");
  await expect(proof).toContainText("First at row 3 of the chain.");
  await expect(proof).toContainText("2 rows before it are as they were sealed.");
  expect(await violations(page)).toEqual([]);
});
