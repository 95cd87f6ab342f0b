import { expect, incidentPath, open, test, violations } from "./open.ts";

test.use({ viewport: { width: 1280, height: 900 } });

test("other settings are tried, the report stands under its address, and it says how they are put to use", async ({ page }) => {
  await open(page, "/correlation");
  await expect(page.getByRole("region", { name: "How alerts are grouped now" })).toContainText("only alerts of one service");
  await page.getByLabel("Steps in the topology").fill("2");
  await page.getByRole("button", { name: "Show what it would group" }).click();
  await expect(page).toHaveURL(/hours=24.*steps=2/);
  await expect(page.getByText("412 alerts: 9 incidents now, 6 with these settings")).toBeVisible();
  const merged = page.getByRole("table", { name: "Would be one incident" });
  await expect(merged).toContainText("#1041 orders, invoices and mailer");
  await expect(merged).toContainText("orders calls checkout");
  await expect(merged).toContainText("3 more");
  await expect(page.getByRole("table", { name: "Would be several incidents" })).toContainText("#1039");
  await expect(page.getByText("GROUPING_TOPOLOGY_STEPS=2")).toBeVisible();
  await expect(page.getByText("only the earliest alerts")).toBeVisible();
  await page.reload();
  await expect(page.getByText("412 alerts: 9 incidents now, 6 with these settings")).toBeVisible();
});

test("settings that change nothing say so", async ({ page }) => {
  await open(page, "/correlation?hours=24&threshold=1");
  await expect(page.getByText("The same incidents as now")).toBeVisible();
});

test("what people changed by hand is listed with its reason", async ({ page }) => {
  await open(page, "/correlation");
  const table = page.getByRole("table", { name: "Changed by hand" });
  await expect(table.getByRole("row").nth(1)).toContainText("One database behind both");
  await expect(table.getByRole("row").nth(2)).toContainText("split off");
  await expect(table.getByRole("row").nth(2)).toContainText("none given");
});

test("an incident is merged into another with a reason", async ({ page }) => {
  await open(page, incidentPath(1042));
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Merge into another incident" }).click();
  const dialog = page.getByRole("dialog");
  expect(await violations(page)).toEqual([]);
  await dialog
    .getByLabel("Incident that takes the alerts")
    .selectOption({ label: "#1041 orders, invoices and mailer time out on their database" });
  await dialog.getByLabel("Reason").fill("The same database");
  await dialog.getByRole("button", { name: "Merge" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Resolved").first()).toBeVisible();
  await page.goto("/correlation");
  await expect(page.getByRole("table", { name: "Changed by hand" }).getByRole("row").nth(1)).toContainText("The same database");
});

test("alerts are split off, never all of them, or moved into another incident", async ({ page }) => {
  await open(page, incidentPath(1042));
  const choose = async () => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Move or split off alerts" }).click();
  };
  await choose();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Choose at least one alert.")).toBeVisible();
  for (const box of await dialog.getByRole("checkbox").all()) await box.check();
  await expect(dialog.getByText("A split leaves at least one alert here.")).toBeVisible();
  await dialog.getByRole("checkbox", { name: /frontend/ }).uncheck();
  await dialog.getByLabel("Title of the new incident").fill("checkout alone");
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Move" }).click();
  await expect(dialog).toBeHidden();
  await choose();
  await dialog.getByRole("checkbox", { name: /frontend/ }).check();
  await dialog.getByLabel("Where they go").selectOption({ label: "#1040 worker-3 has less than 5 % of its disk left" });
  await dialog.getByRole("button", { name: "Move" }).click();
  await expect(page.getByText("The alerts moved").last()).toBeVisible();
  await page.goto("/alerts");
  await expect(page.getByRole("listitem").filter({ hasText: "frontend" }).getByRole("link")).toHaveAttribute("href", new RegExp(incidentPath(1040)));
}); // prettier-ignore

test("keys select incidents and resolve all of them with one reason", async ({ page }) => {
  await open(page, "/incidents");
  for (const key of ["j", "x", "j", "x", "r"]) await page.keyboard.press(key);
  const dialog = page.getByRole("dialog", { name: "Resolve 2 incidents" });
  await dialog.getByLabel("What resolved it").fill("The database is back");
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Resolve" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("group", { name: /selected/ })).toBeHidden();
  await expect(page.locator(".row-gone")).toHaveCount(2);
  await open(page, "/incidents?status=resolved");
  await expect(page.getByRole("listitem").filter({ hasText: "#1041" })).toBeVisible();
});

test("keys move over alerts, select, and acknowledge the incidents that they are in", async ({ page }) => {
  await open(page, "/alerts");
  for (const key of ["j", "x", "j", "x"]) await page.keyboard.press(key);
  await expect(page.getByRole("group", { name: "2 selected" })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("a");
  await expect(page.getByRole("group", { name: "2 selected" })).toBeHidden();
  await page.goto("/incidents");
  await expect(page.getByRole("listitem").filter({ hasText: "#1042" }).getByText("Acknowledged")).toBeVisible();
});

test("alerts that are in no incident have nothing to acknowledge", async ({ page }) => {
  await open(page, "/alerts?held=flapping");
  await page.getByRole("checkbox", { name: "Select alert QueueGrows" }).check();
  await expect(page.getByText("none of them is in an incident")).toBeVisible();
  await expect(page.getByRole("button", { name: "Acknowledge" })).toBeDisabled();
});

test("a view of the alerts is saved under a name and opens the same address", async ({ page }) => {
  await open(page, "/alerts?held=flapping");
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByLabel("Name of the view").fill("Flapping ones");
  await page.getByRole("button", { name: "Save this view" }).click();
  await open(page, "/alerts");
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("menuitem", { name: "Flapping ones", exact: true }).click();
  await expect(page).toHaveURL(/held=flapping/);
});
