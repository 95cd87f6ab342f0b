import { randomBytes } from "node:crypto";

/** The realm that `deploy/keycloak/realm.json` makes. */
const realm = "sre";

interface Client {
  readonly id: string;
  readonly clientId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A real Keycloak with our realm, as its administrator sees it. */
export interface Keycloak {
  readonly issuer: string;
  /** Calls the admin API below the realm; throws unless it succeeds. */
  admin<T>(method: string, path: string, body?: object): Promise<T>;
  /** The secret that Keycloak chose for a client of the realm file. */
  secretOf(clientId: string): Promise<string>;
  /** Allows the console of this run, which listens on a port of its own. */
  allowConsole(publicUrl: string): Promise<void>;
  /** A new person with these roles; returns the password. */
  addPerson(person: { readonly username: string; readonly roles: readonly string[]; readonly team?: string }): Promise<string>;
  /** A token by the client credentials grant, as the issuer at `at` gives it. */
  serviceToken(clientId: string, scope: string, at?: string): Promise<string>;
}

async function answered<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
  return (text === "" ? null : JSON.parse(text)) as T;
}

const postForm = (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(url, { method: "POST", body: new URLSearchParams(form), headers });

/** The Keycloak at `url`, which has imported the realm file. */
export function keycloakAt(url: string): Keycloak {
  const { KEYCLOAK_ADMIN: username = "admin", KEYCLOAK_ADMIN_PASSWORD: password = "admin" } = process.env;
  const issuer = `${url}/realms/${realm}`;

  // An administrator's token is good for a minute only.
  async function admin<T>(method: string, path: string, body?: object): Promise<T> {
    const form = { grant_type: "password", client_id: "admin-cli", username, password };
    const { access_token: token } = await answered<{ access_token: string }>(
      await postForm(`${url}/realms/master/protocol/openid-connect/token`, form),
    );
    const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const payload = body === undefined ? {} : { body: JSON.stringify(body) };
    return answered<T>(await fetch(`${url}/admin/realms/${realm}${path}`, { method, headers, ...payload }));
  }

  async function client(clientId: string): Promise<Client> {
    const [found] = await admin<Client[]>("GET", `/clients?clientId=${encodeURIComponent(clientId)}`);
    if (!found) throw new Error(`The realm has no client ${clientId}.`);
    return found;
  }

  const secretOf = async (clientId: string): Promise<string> =>
    (await admin<{ value: string }>("GET", `/clients/${(await client(clientId)).id}/client-secret`)).value;

  return {
    issuer,
    admin,
    secretOf,
    async allowConsole(publicUrl) {
      const console = await client("console");
      const attributes = { ...console.attributes, "post.logout.redirect.uris": `${publicUrl}/` };
      await admin("PUT", `/clients/${console.id}`, { ...console, redirectUris: [`${publicUrl}/auth/callback`], attributes });
    },
    async addPerson({ username: name, roles, team }) {
      const value = randomBytes(18).toString("base64url");
      const credentials = [{ type: "password", value, temporary: false }];
      const profile = { username: name, email: `${name}@example.com`, emailVerified: true, firstName: "Person", lastName: name };
      await admin("POST", "/users", { ...profile, enabled: true, credentials, attributes: team === undefined ? {} : { team_id: [team] } });
      const [user] = await admin<{ id: string }[]>("GET", `/users?exact=true&username=${encodeURIComponent(name)}`);
      const granted = await Promise.all(roles.map((role) => admin<object>("GET", `/roles/${role}`)));
      await admin("POST", `/users/${user?.id}/role-mappings/realm`, granted);
      return value;
    },
    async serviceToken(clientId, scope, at = url) {
      const authorization = `Basic ${Buffer.from(`${clientId}:${await secretOf(clientId)}`).toString("base64")}`;
      const form = { grant_type: "client_credentials", scope };
      const address = `${at}/realms/${realm}/protocol/openid-connect/token`;
      return (await answered<{ access_token: string }>(await postForm(address, form, { authorization }))).access_token;
    },
  };
}
