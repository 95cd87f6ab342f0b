import { expect, test } from "vitest";
import { linksOf } from "./alert-view.ts";

test("only http and https links without credentials are shown, with their host", () => {
  const links = linksOf({
    runbook_url: "https://runbooks.example/high-errors",
    dashboard_url: "javascript:alert(1)",
    panel_url: "data:text/html,x",
    grafana_url: "https://user:pass@evil.example/",
    logs_url: "http://logs.example:3000/x",
    summary: "https://not-a-link.example",
  });
  expect(links).toEqual([
    { title: "Runbook", url: "https://runbooks.example/high-errors", host: "runbooks.example" },
    { title: "Logs", url: "http://logs.example:3000/x", host: "logs.example:3000" },
  ]);
});

test("text that is no address gives no link", () => {
  expect(linksOf({ runbook_url: "see the wiki", dashboard: "//evil.example/x" })).toEqual([]);
});
