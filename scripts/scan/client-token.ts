interface Client {
  readonly id: string;
  readonly secret: string;
  readonly audience: string;
  readonly scope: string;
}

/** An access token of a service, by the client credentials grant (RFC 6749, 4.4). Throws when the issuer refuses. */
export async function clientToken(issuer: string, { id, secret, audience, scope }: Client): Promise<string> {
  const discovery = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as { token_endpoint: string };
  const headers = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` };
  const body = new URLSearchParams({ grant_type: "client_credentials", audience, scope });
  const answer = await fetch(discovery.token_endpoint, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`The issuer refused a token: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}
