import { Button, Checkbox } from "@mantine/core";
import type { Notification, NotificationRoute } from "@sre/contracts/control-plane";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { call } from "../api/client.ts";
import { notificationRoutesQuery, notificationsQuery } from "../api/noise-queries.ts";
import { useRun } from "../api/use-run.ts";
import { useLanguage } from "../app/language.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { Instant } from "../ui/instant.tsx";
import { Empty, Panel, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { RoutePreview } from "./route-preview.tsx";
import "./notification-page.css";

function Routes() {
  const { t } = useLanguage();
  const query = useQuery(notificationRoutesQuery());
  const routes = query.data?.items ?? [];
  const columns: Column<NotificationRoute>[] = [
    { title: t("notifications.route"), cell: (route) => <strong>{route.name}</strong> },
    {
      title: t("notifications.matchers"),
      wide: true,
      cell: (route) =>
        route.matchers.length === 0 ? t("notifications.everything") : route.matchers.map((text) => <div key={text}><code>{text}</code></div>),
    },
    {
      title: t("notifications.receivers"),
      cell: (route) => (
        <>
          {route.receivers.map(({ name, channel, host }) => (
            <div key={name}>
              {name} <span className="quiet small">{channel} · {host}</span>
            </div>
          ))}
          {route.continue ? <div className="quiet small">{t("notifications.goesOn")}</div> : null}
        </>
      ),
    },
    {
      title: t("notifications.escalates"),
      cell: ({ escalate_after_minutes: count }) => (count === null ? t("notifications.never") : t("notifications.minutes", { count })),
    },
  ]; // prettier-ignore
  return (
    <Panel title={t("notifications.routes")}>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Waiting label={t("common.loading", { what: t("notifications.routes") })} /> : null}
      {query.isSuccess && routes.length === 0 ? <Empty title={t("notifications.noRoutes")}>{t("notifications.noRoutesText")}</Empty> : null}
      {routes.length > 0 ? (
        <Table caption={t("notifications.routes")} columns={columns} rows={routes} keyOf={(route) => route.name} />
      ) : null}
    </Panel>
  );
}

const looks: Record<Notification["status"], readonly [Tone, string]> = {
  queued: ["plain", "◌"],
  sent: ["green", "✓"],
  failed: ["red", "✖"],
};

function State({ notification }: { notification: Notification }) {
  const { t } = useLanguage();
  const [tone, sign] = looks[notification.status];
  return (
    <>
      <Badge tone={tone} sign={sign}>
        {t(`notifications.${notification.status}`)}
      </Badge>
      {notification.error ? <p className="small quiet notifications-error">{notification.error}</p> : null}
    </>
  );
}

function SendAgain({ notification }: { notification: Notification }) {
  const { t } = useLanguage();
  const { working, run } = useRun([["notifications"]]);
  const again = () =>
    void run(() => call("resendNotification", { params: { notification_id: notification.id } }), t("notifications.requeued"));
  return (
    <Button size="xs" variant="default" loading={working} onClick={again}>
      {t("notifications.again")}
      <span className="unseen">
        {" "}
        #{notification.incident_number} {notification.receiver}
      </span>
    </Button>
  );
}

function History() {
  const { t } = useLanguage();
  const navigate = useNavigate({ from: "/notifications" });
  const { status } = useSearch({ from: "/shell/notifications" });
  const query = useQuery(notificationsQuery(status));
  const rows = query.data?.items ?? [];
  const columns: Column<Notification>[] = [
    { title: t("notifications.when"), cell: (row) => <Instant at={row.created_at} seconds /> },
    {
      title: t("notifications.incident"),
      wide: true,
      cell: (row) => (
        <Link to="/incidents/$incidentId" params={{ incidentId: row.incident_id }}>
          #{row.incident_number} {row.incident_title}
        </Link>
      ),
    },
    { title: t("notifications.what"), cell: (row) => t(`notifications.kinds.${row.kind}`) },
    {
      title: t("notifications.to"),
      cell: (row) => (
        <>
          {row.receiver} <span className="quiet small">{row.route}</span>
        </>
      ),
    },
    { title: t("notifications.state"), cell: (row) => <State notification={row} /> },
    { title: t("notifications.attempts"), number: true, cell: (row) => row.attempts },
    { title: t("notifications.again"), cell: (row) => (row.status === "failed" ? <SendAgain notification={row} /> : "–") },
  ];
  const filter = (
    <Checkbox
      label={t("notifications.onlyFailed")}
      checked={status === "failed"}
      onChange={(event) => void navigate({ search: event.currentTarget.checked ? { status: "failed" } : {} })}
    />
  );
  return (
    <Panel title={t("notifications.history")} aside={filter}>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Waiting label={t("common.loading", { what: t("notifications.history") })} lines={5} /> : null}
      {query.isSuccess && rows.length === 0 ? <Empty title={t(status ? "notifications.noneFailed" : "notifications.none")} /> : null}
      {rows.length > 0 ? <Table caption={t("notifications.history")} columns={columns} rows={rows} keyOf={(row) => row.id} /> : null}
    </Panel>
  );
}

/** Who is told of what, who would be, and what became of it. */
export function NotificationPage() {
  const { t } = useLanguage();
  return (
    <div className="notifications">
      <h1 className="page-title">{t("notifications.title")}</h1>
      <p className="quiet">{t("notifications.text")}</p>
      <Routes />
      <RoutePreview />
      <History />
    </div>
  );
}
