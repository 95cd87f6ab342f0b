import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fastifyStatic } from "@fastify/static";
import type { controlPlaneOperations } from "@sre/contracts/control-plane";
import type { HttpServerInput } from "@sre/service-kit";

type Install = NonNullable<HttpServerInput<typeof controlPlaneOperations>["plugins"]>;

const besideThisService = fileURLToPath(new URL("../../../console/dist", import.meta.url));
const ownPaths = /^\/(api|auth)(\/|$)|^\/(healthz|readyz|metrics|openapi\.json)$/;
const noncePlaceholder = "__CSP_NONCE__";

/** The folder of the built console: the configured one, or the one beside this service; null when it is not built. */
export function consoleDirectory(configured: string | null): string | null {
  const directory = configured ?? besideThisService;
  return existsSync(join(directory, "index.html")) ? directory : null;
}

function policy(nonce: string): string {
  const own = "'self'";
  return [
    `default-src ${own}`, `script-src ${own}`, `style-src ${own} 'nonce-${nonce}'`, `img-src ${own} data:`, `font-src ${own}`, `connect-src ${own}`, `worker-src ${own} blob:`,
    "object-src 'none'", "base-uri 'none'", `form-action ${own}`, "frame-ancestors 'none'",
  ].join("; "); // prettier-ignore
}

/**
 * Serves the built console: its files as they are, and its page for every other path that a browser opens, because the
 * console has its own routes. `__CSP_NONCE__` in the page becomes the nonce that its style elements need.
 */
export function consoleFiles(directory: string, newNonce: () => string): Install {
  return async (server) => {
    const page = await readFile(join(directory, "index.html"), "utf8");
    await server.register(fastifyStatic, {
      root: directory,
      serve: false,
      index: false,
      setHeaders: (reply, path) => {
        const immutable = path.startsWith(join(directory, "assets"));
        void reply.header("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
    server.get("/*", async (request, reply) => {
      const path = request.url.split("?", 1)[0] ?? "/";
      if (ownPaths.test(path) || path.startsWith("//")) return reply.callNotFound();
      const file = path.slice(1);
      if (/\.[a-z0-9]+$/i.test(file) && file !== "index.html") return reply.sendFile(decodeURIComponent(file));
      if (!(request.headers.accept ?? "").includes("text/html")) return reply.callNotFound();
      const nonce = newNonce();
      return reply
        .type("text/html; charset=utf-8")
        .header("cache-control", "no-cache")
        .header("content-security-policy", policy(nonce))
        .send(page.replaceAll(noncePlaceholder, nonce));
    });
  };
}
