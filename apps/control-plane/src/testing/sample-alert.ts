/** A firing alert as Alertmanager sends it; labels and fields may be replaced. */
export function sampleAlert(
  input: { fingerprint: string; labels?: Readonly<Record<string, string>>; startsAt?: string } & Readonly<Record<string, unknown>>,
) {
  const { labels, fingerprint, ...rest } = input;
  return {
    status: "firing",
    labels: {
      alertname: "HighErrorRate",
      severity: "error",
      cluster: "eu-1",
      environment: "production",
      namespace: "shop",
      service: "checkout",
      ...labels,
    },
    annotations: { summary: "Errors are high" },
    startsAt: "2026-11-24T10:00:00.000Z",
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "",
    fingerprint,
    ...rest,
  };
}

/** The same alert, resolved. */
export function resolved<A extends object>(alert: A, endsAt: string): A & { status: string; endsAt: string } {
  return { ...alert, status: "resolved", endsAt };
}
