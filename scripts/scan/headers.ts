// OWASP Secure Headers Project: what every answer has to say, and what it must not.
const wanted: Readonly<Record<string, RegExp>> = {
  "content-security-policy": /default-src 'self'(?!.*unsafe-)/,
  "strict-transport-security": /max-age=\d{8,}/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "referrer-policy": /^no-referrer$/,
  "permissions-policy": /camera=\(\)/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^same-origin$/,
};
const unwanted = ["server", "x-powered-by"];

/** The security headers that answers at these paths lack, or say wrongly, whatever their status. */
export async function missingHeaders(url: string, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const { headers } = await fetch(`${url}${path}`, { redirect: "manual" });
      const lacking = Object.entries(wanted).filter(([name, pattern]) => !pattern.test(headers.get(name) ?? ""));
      return [...lacking.map(([name]) => `${path}: ${name}`), ...unwanted.filter((name) => headers.has(name)).map((name) => `${path}: has ${name}`)]; // prettier-ignore
    }),
  );
  return found.flat();
}
