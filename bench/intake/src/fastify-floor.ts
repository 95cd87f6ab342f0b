import { fastify } from "fastify";

/** The same body and answer with nothing between: what Fastify alone can do on this machine. Prints its port. */
const app = fastify({ logger: false, bodyLimit: 8 * 1024 * 1024 });
app.post("/api/v1/webhooks/alertmanager", async (request) => {
  const { alerts } = request.body as { alerts: unknown[] };
  return { accepted: alerts.length, quarantined: 0, incident_ids: ["0192d3a4-0000-7000-8000-000000000000"] };
});
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
console.log(typeof address === "object" && address ? address.port : 0);
