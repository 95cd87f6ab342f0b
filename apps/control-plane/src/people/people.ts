import type { App } from "../app.ts";
import type { Cookies } from "./cookies.ts";
import type { IssuerClient } from "./issuer-client.ts";

/** What the verbs of people work with beside the app. `publicUrl` is known once the server listens. */
export interface People {
  readonly app: App;
  /** Null when no console client is configured. */
  readonly issuer: IssuerClient | null;
  readonly publicUrl: () => string;
  readonly cookies: () => Cookies;
  /** A secret of at least 128 bits, for cookies. */
  readonly newSecret: () => string;
}
