import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { now } from "./fixture/build.ts";
import { incidentId } from "./fixture/incidents.ts";

export { expect };
export const incidentPath = (number: number) => `/incidents/${incidentId(number)}`;

/** A page of its own world, signed in, at 03:00; it fails when the browser complains about anything. */
export const test = base.extend<{ complaints: string[] }>({
  complaints: [
    async ({ page, context }, use, info) => {
      const complaints: string[] = [];
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.clock.setFixedTime(now);
      await context.addCookies([
        {
          name: "sre_session",
          value: `t-${info.testId}-${info.retry}-${info.parallelIndex}-${process.pid}`,
          domain: "127.0.0.1",
          path: "/",
        },
      ]);
      await use(complaints);
      expect(
        complaints.filter(
          (text) => !text.includes("401") && !text.includes("404") && !text.includes("503") && !text.includes("ERR_INCOMPLETE_CHUNKED"),
        ),
      ).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens a page and waits until nothing on it is being loaded. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator("h1").first().waitFor();
  await settled(page);
}

/** How many charts are not drawn yet in the width that they have. */
function undrawn(page: Page): Promise<number> {
  return page.locator(".chart-place").evaluateAll((places) => {
    const isDrawn = (place: Element) =>
      place.querySelector("canvas") !== null &&
      place.getAttribute("data-drawn-width") === String(Math.floor(place.getBoundingClientRect().width));
    return places.filter((place) => !isDrawn(place)).length;
  });
}

/** Waits until what is loading has arrived and every chart is drawn. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator(".waiting")).toHaveCount(0);
  await expect.poll(() => undrawn(page)).toBe(0);
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

/** Makes the window as high as the page: a picture of a higher page passes through a window of one pixel, which redraws every chart. */
export async function showWhole(page: Page): Promise<void> {
  const [width, height] = await page.evaluate(() => [innerWidth, document.documentElement.scrollHeight]);
  await page.setViewportSize({ width: width ?? 0, height: height ?? 0 });
  await settled(page);
}

/** Makes something happen in the world of this page. */
export async function happen(page: Page, what: string): Promise<void> {
  await page.request.post(`/testing/${what}`);
}

/** What axe finds on the page, in short. */
export async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return found.violations.map(
    (each) =>
      `${each.id}: ${each.nodes.map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`).join(" | ")}`,
  );
}
