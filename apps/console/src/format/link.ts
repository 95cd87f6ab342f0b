/** The host of a link that may be opened: http and https only, no credentials in it. Null for anything else. */
export function safeHost(url: string): string | null {
  try {
    const parsed = new URL(url);
    const allowed = parsed.protocol === "https:" || parsed.protocol === "http:";
    return allowed && !parsed.username && !parsed.password ? parsed.host : null;
  } catch {
    return null;
  }
}
