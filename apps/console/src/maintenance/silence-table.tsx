import { Button } from "@mantine/core";
import type { Silence } from "@sre/contracts/control-plane";
import { call } from "../api/client.ts";
import { useRun } from "../api/use-run.ts";
import { useLanguage } from "../app/language.ts";
import { Badge } from "../ui/badge.tsx";
import { Span } from "../ui/instant.tsx";
import { Fold } from "../ui/panel.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { Matchers } from "./window-table.tsx";

/** What a silence keeps from everybody, by name and labels. */
function Hidden({ silence }: { silence: Silence }) {
  const { t } = useLanguage();
  if (silence.alerts_total === 0) return <span className="quiet">{t("maintenance.nothing")}</span>;
  const more = silence.alerts_total - silence.alerts.length;
  return (
    <Fold title={t("maintenance.hidesCount", { count: silence.alerts_total })}>
      <ul className="maintenance-hidden">
        {silence.alerts.map((alert) => (
          <li key={alert.fingerprint}>
            <strong>{alert.name}</strong>{" "}
            <span className="quiet small">
              {Object.entries(alert.labels).filter(([name]) => name !== "alertname").map(([name, value]) => `${name}=${value}`).join(", ")}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="quiet small">{t("common.more", { count: more })}</p> : null}
    </Fold>
  ); // prettier-ignore
}

function Expire({ silence }: { silence: Silence }) {
  const { t } = useLanguage();
  const { working, run } = useRun([["silences"]]);
  const expire = () => void run(() => call("expireSilence", { params: { silence_id: silence.id } }), t("maintenance.expired"));
  return (
    <Button size="xs" variant="default" loading={working} onClick={expire}>
      {t("maintenance.expire")}
      <span className="unseen"> {silence.comment}</span>
    </Button>
  );
}

/** Alertmanager's silences with what they hide. */
export function SilenceTable({ silences }: { silences: readonly Silence[] }) {
  const { t } = useLanguage();
  const columns: Column<Silence>[] = [
    { title: t("maintenance.comment"), cell: (silence) => <strong>{silence.comment}</strong> },
    { title: t("maintenance.fits"), cell: (silence) => <Matchers matchers={silence.matchers} /> },
    { title: t("maintenance.time"), cell: (silence) => <Span from={silence.starts_at} to={silence.ends_at} /> },
    {
      title: t("maintenance.state"),
      cell: ({ state }) => (
        <Badge tone={state === "active" ? "amber" : "plain"} sign={state === "active" ? "‖" : "◷"}>
          {t(state === "active" ? "maintenance.active" : "maintenance.pending")}
        </Badge>
      ),
    },
    { title: t("maintenance.hides"), wide: true, cell: (silence) => <Hidden silence={silence} /> },
    { title: t("maintenance.by"), cell: (silence) => silence.created_by },
    { title: t("maintenance.expire"), cell: (silence) => <Expire silence={silence} /> },
  ];
  return <Table caption={t("maintenance.silences")} columns={columns} rows={silences} keyOf={(silence) => silence.id} />;
}
