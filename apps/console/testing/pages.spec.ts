import { expect, incidentPath, open, showWhole, test, violations } from "./open.ts";
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
  alerts: "/alerts",
  storm: "/storm",
  notifications: "/notifications",
  maintenance: "/maintenance",
  quarantine: "/quarantine",
  audit: "/audit",
  correlation: "/correlation",
  "correlation tried": "/correlation?hours=24&steps=2",
};
/** Pictures of these are kept and compared; the others are only examined. */
const pictured = ["list", "incident"] as const;
/** Each language, scheme and width twice, and each two of them together once. */
const examined = ["en light 1280", "en dark 390", "zh-TW light 390", "zh-TW dark 1280"];

for (const language of ["en", "zh-TW"] as const) {
  for (const scheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      const look = `${language} ${scheme} ${width}`;
      test.describe(look, () => {
        test.use({ locale: language, colorScheme: scheme, viewport: { width, height: 900 } });
        for (const [name, path] of examined.includes(look) ? Object.entries(pages) : []) {
          test(`${name} has no violation and fits its width`, async ({ page }) => {
            await open(page, path);
            expect(await violations(page)).toEqual([]);
            expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
          });
        }
        for (const name of pictured) {
          test(`${name} looks as it did`, async ({ page }) => {
            await open(page, pages[name]);
            await showWhole(page);
            await expect(page).toHaveScreenshot(`${name}-${language}-${scheme}-${width}.png`);
          });
        }
      });
    }
  }
}

for (const width of [320, 861, 1200]) {
  test(`nothing scrolls sideways at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    for (const path of [
      pages.incident,
      pages.questions,
      pages.sources,
      pages.alerts,
      pages.storm,
      pages.notifications,
      pages.maintenance,
      pages.quarantine,
      pages.audit,
      pages["correlation tried"],
    ]) {
      await open(page, path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  });
}
