import type { ServerResponse } from "node:http";

export interface Page {
  readonly title: string;
  readonly body: string;
  /** Origins that a form of the page may lead to, beside its own. */
  readonly formOrigins?: readonly string[];
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as HTML text, also inside quoted attributes. */
export function html(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

export function pageHeaders(formOrigins: readonly string[] = []): Record<string, string> {
  const formAction = ["'self'", ...formOrigins].join(" ");
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action ${formAction}`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
}

export function pageText(page: Page): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${html(page.title)}</title></head>
<body><main><h1>${html(page.title)}</h1>
${page.body}
</main></body>
</html>
`;
}

export function sendPage(response: ServerResponse, status: number, page: Page): void {
  response.writeHead(status, pageHeaders(page.formOrigins)).end(pageText(page));
}

/** The page on which a developer chooses who to be. */
export function choosePerson(input: {
  readonly action: string;
  readonly people: readonly { subject: string; name: string; scopes: readonly string[] }[];
}): string {
  const buttons = input.people.map(
    (person) =>
      `<p><button type="submit" name="subject" value="${html(person.subject)}">${html(person.name)}</button> <small>${person.scopes.length} permissions</small></p>`,
  );
  return `<p>Development sign-in: choose who you are. No password, loopback only.</p>
<form method="post" action="${html(input.action)}">
${buttons.join("\n")}
</form>`;
}
