import { ConfigurationError } from "@sre/service-kit";
import type { Config } from "../config.ts";
import { personScopes } from "./issuer-client.ts";

const readScopes = ["alerts:read", "incidents:read", "changes:read", "resources:read", "audit:read", "executions:read"];

/** The operator's own scripts report changes and topology; without a secret there is no such client. */
function operatorClient(clientSecret: string | null, audience: string) {
  if (clientSecret === null) return [];
  const scopes = [...readScopes, "incidents:write", "diagnoses:write", "changes:write", "resources:write"];
  return [
    {
      clientId: "operator",
      clientSecret,
      grants: ["client_credentials" as const],
      scopes,
      roles: ["team-manager" as const],
      audiences: [audience],
    },
  ];
}

/** Starts the development issuer in this process; production never loads it. Disposing stops it. */
export async function startIssuer(config: Config, issuer: NonNullable<Config["developmentIssuer"]>): Promise<AsyncDisposable> {
  const { startDevelopmentIssuer } = await import("@sre/service-kit/development-issuer");
  const { client, console } = config.identity;
  if (!client || !console) throw new ConfigurationError([{ name: "OIDC_CLIENT_SECRET", problem: "is required with DEVELOPMENT_ISSUER" }]);
  const publicUrl = config.http.publicUrl ?? `http://${config.http.host}:${config.http.port}`;
  const running = await startDevelopmentIssuer({
    host: "127.0.0.1",
    port: Number(new URL(issuer.url).port || 80),
    clients: [
      {
        clientId: client.id,
        clientSecret: client.secret,
        grants: ["client_credentials"],
        scopes: ["diagnostics:run", "diagnostics:read"],
        audiences: [config.assistant.audience],
      },
      {
        clientId: "assistant",
        clientSecret: issuer.assistantSecret,
        grants: ["client_credentials"],
        scopes: readScopes,
        audiences: [config.identity.audience],
      },
      {
        clientId: console.id,
        clientSecret: console.secret,
        grants: ["authorization_code"],
        redirectUris: [`${publicUrl}/auth/callback`],
        postLogoutRedirectUris: [`${publicUrl}/`],
        scopes: personScopes,
        audiences: [config.identity.audience],
      },
      ...operatorClient(issuer.operatorSecret, config.identity.audience),
    ],
    people: [
      { subject: "oncall", name: "On-call engineer", scopes: personScopes, roles: ["responder", "team-manager"] },
      { subject: "viewer", name: "Viewer", scopes: readScopes, roles: ["viewer"] },
      { subject: "auditor", name: "Auditor", scopes: readScopes, roles: ["auditor"] },
      { subject: "admin", name: "Administrator", scopes: personScopes, roles: ["super-admin"] },
    ],
    secret: issuer.secret,
    environment: config.production ? "production" : "development",
  });
  return { [Symbol.asyncDispose]: () => running.close() };
}
