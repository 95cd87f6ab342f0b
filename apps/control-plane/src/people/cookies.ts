/** The cookies of one address; `__Host-` binds them to it, which browsers allow over https only. */
export interface Cookies {
  readonly session: string;
  readonly signIn: string;
  /** A `set-cookie` line. */
  set(name: string, value: string, maxAgeSeconds: number): string;
  /** A `set-cookie` line that makes the browser forget the cookie. */
  clear(name: string): string;
}

/** Cookies for a service that people reach at `publicUrl`. */
export function cookiesFor(publicUrl: string): Cookies {
  const secure = publicUrl.startsWith("https://");
  const prefix = secure ? "__Host-" : "";
  const line = (name: string, value: string, maxAgeSeconds: number) =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure ? "; Secure" : ""}`;
  return { session: `${prefix}sre_session`, signIn: `${prefix}sre_sign_in`, set: line, clear: (name) => line(name, "", 0) };
}
