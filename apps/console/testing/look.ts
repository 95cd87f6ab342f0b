import { chromium } from "@playwright/test";
import { now } from "./fixture/build.ts";

// Takes pictures to be looked at: node testing/look.ts <out> <path> [width] [language] [scheme]
const [out = "look.png", path = "/incidents", width = "1280", language = "en", scheme = "light"] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({
  viewport: { width: Number(width), height: 900 },
  locale: language,
  timezoneId: "Asia/Taipei",
  colorScheme: scheme === "dark" ? "dark" : "light",
  reducedMotion: "reduce",
});
await context.addCookies([{ name: "sre_session", value: `look-${process.pid}`, domain: "127.0.0.1", path: "/" }]);
const page = await context.newPage();
page.on("console", (message) => process.stdout.write(`${message.type()}: ${message.text()}\n`));
page.on("pageerror", (error) => process.stdout.write(`error: ${error.message}\n`));
await page.clock.setFixedTime(now);
await page.goto(`http://127.0.0.1:${process.env["FIXTURE_PORT"] ?? 4188}${path}`);
await page.waitForTimeout(1_500);
await page.screenshot({ path: out, fullPage: true });
await browser.close();
