import { describe, expect, test } from "vitest";
import { cutText, plainText, redact, redactArguments } from "./redact.ts";

describe("redaction", () => {
  test.each([
    ["password=hunter2 host=db port 5432", "password=[redacted] host=db port 5432"],
    ['{"apiKey":"abc123","code":403}', '{"apiKey":[redacted],"code":403}'],
    ["connect postgres://app:pw@db.shop:5432/orders", "connect postgres://[redacted]@db.shop:5432/orders"],
    ["Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [redacted]"],
    ["jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def end", "jwt [redacted] end"],
    ["DB_PASSWORD: 's3cr3t'", "DB_PASSWORD: [redacted]"],
    ["key AKIAIOSFODNN7EXAMPLE used", "key [redacted] used"],
    ["Authorization: Token abc123", "Authorization: Token [redacted]"],
    ['{"log":"{\\"password\\":\\"hunter2\\"}"}', '{"log":"{\\"password\\":[redacted]}"}'],
    ["mysql --password hunter2 --port 3306", "mysql --password [redacted] --port 3306"],
    ["fetch https://ghtoken0123456789@git.shop/x.git", "fetch https://[redacted]@git.shop/x.git"],
    ["client_secret=xyz&grant_type=x", "client_secret=[redacted]&grant_type=x"],
  ])("%s", (text, clean) => expect(redact(text)).toBe(clean));

  test.each([
    "dial tcp 10.0.0.7:5432: connection refused",
    "password authentication failed for user app",
    "upstream answered 503 for https://pay.shop:8443/v1/charge",
    "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 status=403",
    'secrets "registry" not found',
    "GET https://registry.shop:4873/@scope/name 404",
    "connect postgres://app@db.shop:5432/orders",
  ])("keeps what explains a fault: %s", (text) => expect(redact(text)).toBe(text));

  test("an argument after a flag for a secret goes, the others stay", () => {
    expect(redactArguments(["--db-password", "hunter2", "--port", "8080", "--token=abc"])).toEqual([
      "--db-password", "[redacted]", "--port", "8080", "--token=[redacted]",
    ]); // prettier-ignore
  });

  test("a private key goes as a whole, even when it is cut off", () => {
    const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAAAA";
    expect(redact(`${key}\n-----END RSA PRIVATE KEY----- tail`)).toBe("[redacted] tail");
    expect(redact(key)).toBe("[redacted]");
  });

  test("redacting twice changes nothing more", () => {
    const once = redact("token: abc password=hunter2 https://u:p@h/");
    expect(redact(once)).toBe(once);
  });

  test("a hostile line takes no more than linear work", () => {
    const text = `${"password".repeat(20_000)}${"a.".repeat(50_000)}`;
    expect(redact(text)).toHaveLength(text.length);
  });
});

test("terminal escapes and control characters go, text and line breaks stay", () => {
  expect(plainText("\u001B[31merror\u001B[0m\u0000 bad\uFFFD\n\tnext \u001B]0;title\u0007end")).toBe("error bad\n\tnext end");
});

describe("a cut", () => {
  const text = `${"head ".repeat(100)}\n${"x".repeat(3_000)}\nCaused by: no route to host\n${"y".repeat(3_000)}\nCaused by: refused\n${"z".repeat(500)} 403 Forbidden`;

  test("keeps head, every cause and the tail, within its length", () => {
    const cut = cutText(text);
    expect(cut.length).toBeLessThanOrEqual(2_000);
    expect(cut.startsWith("head head")).toBe(true);
    expect(cut).toContain("Caused by: no route to host");
    expect(cut).toContain("Caused by: refused");
    expect(cut.endsWith(text.slice(-200))).toBe(true);
  });

  test("leaves a short text alone", () => expect(cutText("short")).toBe("short"));
});
