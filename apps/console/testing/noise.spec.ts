import { expect, happen, open, settled, test, violations } from "./open.ts";

test.use({ viewport: { width: 1280, height: 900 } });

test("the filters of alerts stand in the address, and a held alert says why", async ({ page }) => {
  await open(page, "/alerts");
  await expect(page.getByRole("listitem")).toHaveCount(5);
  await page.getByLabel("Held back").selectOption("flapping");
  await expect(page).toHaveURL(/held=flapping/);
  await expect(page.getByRole("listitem")).toHaveCount(1);
  await expect(page.getByRole("listitem")).toContainText("flapping");
  await page.goBack();
  await page.keyboard.press("/");
  await page.getByRole("searchbox").fill("DatabaseDown");
  await expect(page).toHaveURL(/q=DatabaseDown/);
  await expect(page.getByRole("listitem")).toContainText("in maintenance");
});

test("keys lead to every page", async ({ page }) => {
  await open(page, "/incidents");
  for (const [keys, title] of [["ga", "Alerts"], ["gt", "Alert storm"], ["gn", "Notifications"], ["gm", "Maintenance"], ["gc", "Correlation"], ["gq", "Quarantine"]] as const) {
    for (const key of keys) await page.keyboard.press(key);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  }
}); // prettier-ignore

test("a notification that was given up is found and sent again", async ({ page }) => {
  await open(page, "/notifications");
  const history = page.getByRole("table", { name: "History" });
  await expect(history).toContainText("receiver ticket-system answered 503");
  await page.getByLabel("Only those given up").check();
  await expect(page).toHaveURL(/status=failed/);
  await expect(history.getByRole("row")).toHaveCount(2);
  await page.getByRole("button", { name: "Send again #1042 ticket-system" }).click();
  await expect(page.getByText("It is sent again")).toBeVisible();
  await expect(page.getByText("Nothing was given up")).toBeVisible();
});

test("the preview says who would be told and when, and what is no label", async ({ page }) => {
  await open(page, "/notifications");
  const labels = page.getByLabel("Labels, one on each line");
  await labels.fill("team");
  await expect(page.getByText("Not a label: team")).toBeVisible();
  await labels.fill("team=payments");
  await page.getByRole("button", { name: "Ask" }).click();
  await expect(page.getByText("If it is critical and nobody acknowledged it after 10 min")).toContainText("all → pager");
});

test("a maintenance window is announced with matchers as Alertmanager writes them, and ended", async ({ page }) => {
  await open(page, "/maintenance");
  await page.getByRole("button", { name: "Announce a window" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("Move of the cache");
  await dialog.getByLabel("Matchers").fill('service=~"cache.*"\nteam==x');
  await expect(dialog.getByText("Not a matcher: team==x")).toBeVisible();
  await dialog.getByLabel("Matchers").fill('service=~"cache.*"\nteam!="web"');
  await dialog.getByRole("button", { name: "Announce a window" }).click();
  const row = page.getByRole("row").filter({ hasText: "Move of the cache" });
  await expect(row).toContainText('service=~"cache.*"');
  await expect(row).toContainText('team!="web"');
  await row.getByRole("button", { name: /Cancel/ }).click();
  await expect(row).toContainText("cancelled");
});

test("a silence shows what it hides and is ended", async ({ page }) => {
  await open(page, "/maintenance");
  const silences = page.getByRole("region", { name: "Silences of Alertmanager" });
  await silences.getByText("1 alert", { exact: true }).click();
  await expect(silences).toContainText("NodeFilesystemAlmostOutOfSpace");
  await silences.getByRole("button", { name: /End now/ }).click();
  await expect(silences).toContainText("Nothing is silenced");
});

test("a quarantined alert shows what is at fault and is read again", async ({ page }) => {
  await open(page, "/quarantine");
  await expect(page.getByRole("table")).toContainText("labels.alertname must be there");
  await page.getByRole("button", { name: /Read again/ }).click();
  await expect(page.getByText("Every alert could be read")).toBeVisible();
});

test("what is empty or does not answer is drawn as such, without a violation", async ({ page }) => {
  await open(page, "/incidents");
  await happen(page, "nothing");
  for (const [path, text] of [
    ["/alerts", "No alerts yet"],
    ["/storm", "No alerts in this time"],
    ["/notifications", "Nobody is told of anything"],
    ["/maintenance", "No Alertmanager is configured"],
    ["/quarantine", "Every alert could be read"],
    ["/correlation?hours=1", "No alerts in incidents in this stretch"],
    ["/correlation", "Nobody changed the grouping"],
  ] as const) {
    await open(page, path);
    await expect(page.getByText(text)).toBeVisible();
    expect(await violations(page)).toEqual([]);
  }
  await happen(page, "no-alertmanager");
  await page.goto("/maintenance");
  await settled(page);
  await expect(page.getByText("Alertmanager does not answer.")).toBeVisible();
});
