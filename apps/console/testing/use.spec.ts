import { answers } from "./fixture/answers.ts";
import { runId } from "./fixture/incidents.ts";
import { expect, happen, incidentPath, open, settled, test } from "./open.ts";

test.use({ viewport: { width: 1280, height: 900 } });

test("who is signed out is sent to sign in and back to the same view", async ({ page, context }) => {
  await context.clearCookies();
  await page.goto(`${incidentPath(1042)}?tab=logs`);
  const button = page.getByRole("link", { name: "Sign in" });
  await expect(button).toHaveAttribute("href", `/auth/login?return_to=${encodeURIComponent(`${incidentPath(1042)}?tab=logs`)}`);
});

test("keys move over the list, select, acknowledge and open", async ({ page }) => {
  await open(page, "/incidents");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(page.getByRole("link", { name: /#1041/ })).toBeFocused();
  await page.keyboard.press("k");
  await page.keyboard.press("x");
  await expect(page.getByRole("checkbox", { name: "Select incident 1042" })).toBeChecked();
  await page.keyboard.press("a");
  await expect(page.getByRole("listitem").filter({ hasText: "#1042" }).getByText("Acknowledged")).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("#10");
});

test("filters stand in the address and survive Back", async ({ page }) => {
  await open(page, "/incidents");
  await page.getByLabel("Severity").selectOption("error");
  await expect(page).toHaveURL(/severity=error/);
  await expect(page.getByRole("listitem")).toHaveCount(2);
  await page.keyboard.press("/");
  await page.getByRole("searchbox").fill("payment");
  await expect(page).toHaveURL(/q=payment/);
  await expect(page.getByRole("listitem")).toHaveCount(1);
  await page.goBack();
  await expect(page.getByRole("listitem")).toHaveCount(6);
});

test("a long list keeps few rows in the page and j reaches the end of them", async ({ page }) => {
  await open(page, "/incidents?status=all");
  expect(await page.getByRole("listitem").count()).toBeLessThan(60);
  for (let press = 0; press < 25; press += 1) await page.keyboard.press("j");
  await expect(page.locator(".row-active")).toContainText("#");
  await expect(page.locator(".row-link:focus")).toBeInViewport();
});

test("a new incident is counted and shown on demand, so that no row moves", async ({ page }) => {
  await open(page, "/incidents");
  const first = page.getByRole("listitem").first();
  await expect(page.getByText("● live").or(page.getByText("live", { exact: true }))).toBeVisible();
  await happen(page, "new-incident");
  await expect(page.getByRole("button", { name: /1 new incident/ })).toBeVisible();
  await expect(first).toContainText("#1042");
  await page.getByRole("button", { name: /1 new incident/ }).click();
  await expect(first).toContainText("#1043");
});

test("a saved view opens its filters again", async ({ page }) => {
  await open(page, "/incidents?severity=error");
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("textbox", { name: "Name of the view" }).fill("errors");
  await page.getByRole("button", { name: "Save this view" }).click();
  await open(page, "/incidents");
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("menuitem", { name: "errors", exact: true }).click();
  await expect(page).toHaveURL(/severity=error/);
});

test("choosing a cause stands in the address and filters the evidence; Escape shows everything", async ({ page }) => {
  await open(page, incidentPath(1042));
  const rows = page.getByRole("table", { name: "Evidence" }).getByRole("row");
  await expect(rows).toHaveCount(10);
  await page.keyboard.press("2");
  await expect(page).toHaveURL(/cause=2/);
  await expect(rows).toHaveCount(3);
  await page.keyboard.press("Escape");
  await expect(page).not.toHaveURL(/cause=/);
  await expect(rows).toHaveCount(10);
});

test("every finding opens the exact query, its window, its samples and how far they reach; Back closes it", async ({ page }) => {
  await open(page, incidentPath(1042));
  await page
    .getByRole("table", { name: "Evidence" })
    .getByRole("button", { name: /Errors of service checkout rose/ })
    .click();
  const drawer = page.getByRole("dialog", { name: "Evidence" });
  await expect(drawer).toContainText('rate(http_requests_total{code=~"5.."}[2m])');
  await expect(drawer).toContainText("covers the whole window");
  await expect(drawer.getByText("As a table")).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`evidence=${answers.errors.id}`));
  await page.goBack();
  await expect(drawer).toBeHidden();
});

test("Kubernetes told now what was asked about then, and says so", async ({ page }) => {
  await open(page, `${incidentPath(1042)}?evidence=${answers.objects.id}`);
  const drawer = page.getByRole("dialog", { name: "Evidence" });
  await expect(drawer).toContainText("now, not then");
  await expect(drawer).toContainText("not allowed to read: quota");
});

test("missing evidence opens the reason why there is none", async ({ page }) => {
  await open(page, incidentPath(1042));
  await page.getByText("Not known (2)").click();
  await page.getByRole("button", { name: /calls of service payment/ }).click();
  await expect(page.getByRole("dialog", { name: "Evidence" })).toContainText("the source was too slow");
});

test("a new verdict is announced and applied only on click", async ({ page }) => {
  await open(page, incidentPath(1042));
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(page.locator(".shell-bar").getByText("live", { exact: true })).toBeVisible();
  await happen(page, "new-verdict");
  const news = page.getByText(
    "A new verdict is here: Deployment checkout runs out of memory after deployment “Deploy checkout 2.14.0”, since 02:44",
  );
  await expect(news).toBeVisible();
  await expect(verdict).toContainText("likely");
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(verdict).toContainText("since 02:44");
  await expect(verdict).toContainText("Since the diagnosis before: The verdict was likely and is now confirmed");
  await page.getByLabel("Diagnosis shown").selectOption(runId(1));
  await expect(verdict).toContainText("likely");
});

test("progress shows each step and what it found as it arrives", async ({ page }) => {
  await open(page, incidentPath(1040));
  await expect(page.getByRole("heading", { name: "Diagnosing: Asking the sources" })).toBeVisible();
  await expect(page.getByText("round 1: 9 of 10 answered, from 3 sources")).toBeVisible();
  await happen(page, "step");
  await expect(page.getByText("from 19 answers")).toBeVisible();
});

test("a broken stream is shown as not live, and heals", async ({ page }) => {
  await open(page, "/incidents");
  await page.route("**/api/v1/events", (route) => route.abort());
  await expect(page.locator(".shell-bar").getByText("live", { exact: true })).toBeVisible();
  await happen(page, "cut-stream");
  await expect(page.getByText(/not live: last heard/)).toBeVisible();
  await page.unroute("**/api/v1/events");
  await expect(page.locator(".shell-bar").getByText("live", { exact: true })).toBeVisible({ timeout: 20_000 });
});

test("acknowledge, resolve, diagnose again and comment work by key", async ({ page }) => {
  await open(page, incidentPath(1042));
  await page.keyboard.press("a");
  await expect(page.locator(".incident-facts")).toContainText("Acknowledged");
  await page.keyboard.press("d");
  await expect(page.getByRole("heading", { name: "Waiting for a free worker" })).toBeVisible();
  await page.keyboard.press("c");
  await page.getByRole("textbox", { name: "Comment" }).fill("rolled back <img src=x onerror=alert(1)>");
  await page.getByRole("button", { name: "Write" }).click();
  await page.getByRole("tab", { name: "Timeline" }).click();
  await expect(page.getByText("rolled back <img src=x onerror=alert(1)>")).toBeVisible();
  await page.keyboard.press("r");
  await page.getByRole("textbox", { name: /What resolved it/ }).fill("2.13.2 again");
  await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
  await expect(page.getByText("Resolved: 2.13.2 again")).toBeVisible();
});

test("a chosen deployment is diagnosed, the incident assigned and copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, incidentPath(1042));
  const more = page.getByRole("button", { name: "More actions" });
  await more.click();
  await page.getByRole("menuitem", { name: "Diagnose a deployment" }).click();
  await expect(page.getByRole("textbox", { name: "Namespace" })).toHaveValue("shop");
  await page.getByRole("button", { name: "Diagnose", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Waiting for a free worker" })).toBeVisible();
  await more.click();
  await page.getByRole("menuitem", { name: "Assign to me" }).click();
  await expect(page.getByText("owner Mei")).toBeVisible();
  await more.click();
  await page.getByRole("menuitem", { name: "Copy as Markdown" }).click();
  await expect(page.getByText("The incident is on the clipboard as Markdown")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("likely 0.86");
});

test("links show their host and only http and https may be opened", async ({ page }) => {
  await open(page, incidentPath(1042));
  const links = page.getByRole("list", { name: "Links" });
  await expect(links.getByRole("link")).toHaveCount(2);
  await expect(links).toContainText("runbooks.example");
  await expect(page.getByText("Trap")).toHaveCount(0);
});

test("? lists the keys, the palette goes anywhere, and the language changes at once", async ({ page }) => {
  await open(page, "/incidents");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill("繁體");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("事件");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-TW");
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill("#1041");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("#1041");
});

test("dark is chosen once and stands before the first paint of the next visit", async ({ page }) => {
  await open(page, "/sources");
  await page.getByRole("button", { name: "Language and appearance" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.goto("/sources", { waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("an incident that does not exist says what to do", async ({ page }) => {
  await page.goto("/incidents/0193a000-0000-7000-8001-000000009999");
  await expect(page.getByRole("alert")).toContainText("There is no such incident");
});

test("an unreachable server is said to be one, and what was read stays", async ({ page, complaints }) => {
  await open(page, "/incidents");
  await page.route("**/api/v1/sources", (route) => route.abort());
  await page.getByRole("link", { name: "Sources" }).click();
  await expect(page.getByRole("alert")).toContainText("could not be reached", { timeout: 20_000 });
  complaints.length = 0;
});

for (const path of ["/incidents", incidentPath(1042), "/sources"]) {
  test(`every target of ${path.length > 20 ? "the incident page" : path} is at least 24 px high on a phone`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 900 });
    await open(page, path);
    await settled(page);
    const small = await page
      .locator("button:visible, a:visible, input:visible, select:visible, summary:visible")
      .evaluateAll((targets) =>
        targets
          .filter(
            (each) =>
              each.getBoundingClientRect().height < 24 &&
              !each.classList.contains("row-link") &&
              !each.classList.contains("skip") &&
              getComputedStyle(each).display !== "inline" &&
              each.getBoundingClientRect().width > 1,
          )
          .map((each) => each.outerHTML.slice(0, 120)),
      );
    expect(small).toEqual([]);
  });
}
