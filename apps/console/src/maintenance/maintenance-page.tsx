import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { silencesQuery, windowsQuery } from "../api/noise-queries.ts";
import { useLanguage } from "../app/language.ts";
import { Empty, Panel, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { HideDialog } from "./hide-dialog.tsx";
import { SilenceTable } from "./silence-table.tsx";
import { WindowTable } from "./window-table.tsx";
import "./maintenance-page.css";

function Windows({ onAnnounce }: { onAnnounce: () => void }) {
  const { t } = useLanguage();
  const query = useQuery(windowsQuery());
  const windows = query.data?.items ?? [];
  const announce = (
    <Button size="xs" onClick={onAnnounce}>
      {t("maintenance.announce")}
    </Button>
  );
  return (
    <Panel title={t("maintenance.windows")} aside={announce}>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Waiting label={t("common.loading", { what: t("maintenance.windows") })} /> : null}
      {query.isSuccess && windows.length === 0 ? <Empty title={t("maintenance.noWindows")} /> : null}
      {windows.length > 0 ? <WindowTable windows={windows} /> : null}
    </Panel>
  );
}

function Silences({ onSilence }: { onSilence: () => void }) {
  const { t } = useLanguage();
  const query = useQuery(silencesQuery());
  const silences = query.data?.items ?? [];
  const silence = query.data?.alertmanager ? (
    <span>
      <span className="quiet small">{query.data.alertmanager}</span>{" "}
      <Button size="xs" variant="default" onClick={onSilence}>
        {t("maintenance.silence")}
      </Button>
    </span>
  ) : null;
  return (
    <Panel title={t("maintenance.silences")} aside={silence}>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Waiting label={t("common.loading", { what: t("maintenance.silences") })} /> : null}
      {query.isSuccess && query.data.alertmanager === null ? (
        <Empty title={t("maintenance.noAlertmanager")}>{t("maintenance.noAlertmanagerText")}</Empty>
      ) : null}
      {query.isSuccess && query.data.alertmanager !== null && silences.length === 0 ? <Empty title={t("maintenance.noSilences")} /> : null}
      {silences.length > 0 ? <SilenceTable silences={silences} /> : null}
    </Panel>
  );
}

/** What keeps alerts from opening incidents: our own windows, and Alertmanager's silences with what they hide. */
export function MaintenancePage() {
  const { t } = useLanguage();
  const [asking, setAsking] = useState<"window" | "silence" | null>(null);
  return (
    <div className="maintenance">
      <h1 className="page-title">{t("maintenance.title")}</h1>
      <p className="quiet">{t("maintenance.text")}</p>
      <Windows onAnnounce={() => setAsking("window")} />
      <Silences onSilence={() => setAsking("silence")} />
      {asking ? <HideDialog kind={asking} onClose={() => setAsking(null)} /> : null}
    </div>
  );
}
