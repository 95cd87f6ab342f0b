import { Button } from "@mantine/core";
import type { MaintenanceWindow, Matcher } from "@sre/contracts/control-plane";
import { Link } from "@tanstack/react-router";
import { call } from "../api/client.ts";
import { useRun } from "../api/use-run.ts";
import { useLanguage } from "../app/language.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { Span } from "../ui/instant.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { textOfMatcher } from "./matcher-text.ts";

const looks = {
  scheduled: ["plain", "◷", "scheduled"],
  active: ["amber", "‖", "active"],
  ended: ["plain", "✓", "over"],
  cancelled: ["plain", "○", "cancelled"],
} as const satisfies Record<MaintenanceWindow["state"], readonly [Tone, string, string]>;

/** Conditions on labels, one below the other. */
export function Matchers({ matchers }: { matchers: readonly Matcher[] }) {
  return matchers.map((matcher) => (
    <div key={textOfMatcher(matcher)}>
      <code>{textOfMatcher(matcher)}</code>
    </div>
  ));
}

function EndWindow({ window }: { window: MaintenanceWindow }) {
  const { t } = useLanguage();
  const { working, run } = useRun([["maintenance-windows"]]);
  const end = () =>
    void run(() => call("cancelMaintenanceWindow", { params: { maintenance_window_id: window.id } }), t("maintenance.ended"));
  return (
    <Button size="xs" variant="default" loading={working} onClick={end}>
      {t(window.state === "active" ? "maintenance.end" : "maintenance.cancel")}
      <span className="unseen"> {window.reason}</span>
    </Button>
  );
}

/** Windows with their state and what they hold. */
export function WindowTable({ windows }: { windows: readonly MaintenanceWindow[] }) {
  const { t } = useLanguage();
  const columns: Column<MaintenanceWindow>[] = [
    { title: t("maintenance.reason"), wide: true, cell: (window) => <strong>{window.reason}</strong> },
    { title: t("maintenance.fits"), cell: (window) => <Matchers matchers={window.matchers} /> },
    { title: t("maintenance.time"), cell: (window) => <Span from={window.starts_at} to={window.ends_at} /> },
    {
      title: t("maintenance.state"),
      cell: ({ state }) => {
        const [tone, sign, word] = looks[state];
        return (
          <Badge tone={tone} sign={sign}>
            {t(`maintenance.${word}`)}
          </Badge>
        );
      },
    },
    {
      title: t("maintenance.held"),
      number: true,
      cell: (window) =>
        window.alerts_held > 0 ? (
          <Link to="/alerts" search={{ held: "maintenance", status: "firing" }}>
            {window.alerts_held}
          </Link>
        ) : (
          "0"
        ),
    },
    { title: t("maintenance.by"), cell: (window) => window.cancelled_by ?? window.created_by },
    {
      title: t("maintenance.end"),
      cell: (window) => (window.state === "active" || window.state === "scheduled" ? <EndWindow window={window} /> : "–"),
    },
  ];
  return <Table caption={t("maintenance.windows")} columns={columns} rows={windows} keyOf={(window) => window.id} />;
}
