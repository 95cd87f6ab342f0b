import { expect, incidentPath, open, test, violations } from "./open.ts";
import { answers } from "./fixture/answers.ts";

const pages = {
  "sign-in": "/sign-in",
  list: "/incidents",
  incident: incidentPath(1042),
  progress: incidentPath(1040),
  inconclusive: incidentPath(1038),
  calm: incidentPath(1039),
  timeline: `${incidentPath(1042)}?tab=timeline`,
  topology: `${incidentPath(1042)}?tab=topology&cause=1`,
  logs: `${incidentPath(1042)}?tab=logs`,
  kubernetes: `${incidentPath(1042)}?tab=kubernetes`,
  questions: `${incidentPath(1042)}?tab=questions`,
  evidence: `${incidentPath(1042)}?evidence=${answers.errors.id}`,
  unanswered: `${incidentPath(1042)}?evidence=${answers.traces.id}`,
  sources: "/sources",
};
/** Pictures of these are kept and compared; the others are only examined. */
const pictured = ["sign-in", "list", "incident", "inconclusive", "topology", "evidence", "sources"] as const;

for (const language of ["en", "zh-TW"] as const) {
  for (const scheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      test.describe(`${language} ${scheme} ${width}`, () => {
        test.use({ locale: language, colorScheme: scheme, viewport: { width, height: 900 } });
        for (const [name, path] of Object.entries(pages)) {
          test(`${name} has no violation and fits its width`, async ({ page }) => {
            await open(page, path);
            expect(await violations(page)).toEqual([]);
            expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
          });
        }
        for (const name of pictured) {
          test(`${name} looks as it did`, async ({ page }) => {
            await open(page, pages[name]);
            await expect(page).toHaveScreenshot(`${name}-${language}-${scheme}-${width}.png`, { fullPage: name !== "evidence" });
          });
        }
      });
    }
  }
}
