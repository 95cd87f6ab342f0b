import { z } from "zod";
import { SenderInstant } from "../shared/values.ts";
import { AlertmanagerAlert } from "./alertmanager.ts";

/** One alert as Prometheus itself posts it: an end that lies ahead means that it fires. */
export const PostedAlert = z.object({
  labels: AlertmanagerAlert.shape.labels,
  annotations: AlertmanagerAlert.shape.annotations,
  startsAt: SenderInstant.optional(),
  endsAt: SenderInstant.optional(),
  generatorURL: z.string().max(4_096).default(""),
});
export type PostedAlert = z.infer<typeof PostedAlert>;

/** The body of `POST /api/v2/alerts`, Alertmanager's own API: what Prometheus sends to every Alertmanager that it knows. */
export const PostedAlerts = z.array(z.unknown()).max(10_000).meta({ id: "PostedAlerts" });
