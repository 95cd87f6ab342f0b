import { Tabs } from "@mantine/core";
import type { Incident } from "@sre/contracts/control-plane";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useLanguage } from "../app/language.ts";
import { tabs, type Tab } from "../app/search.ts";
import { EvidenceTab } from "../diagnoses/evidence-tab.tsx";
import { useShownRun } from "../diagnoses/run-context.ts";
import { Waiting } from "../ui/panel.tsx";
import { TimelineTab } from "./timeline-tab.tsx";

const TopologyTab = lazy(() => import("../topology/topology-tab.tsx").then((module) => ({ default: module.TopologyTab })));
const LogsTab = lazy(() => import("../evidence/logs-tab.tsx").then((module) => ({ default: module.LogsTab })));
const KubernetesTab = lazy(() => import("../evidence/kubernetes-tab.tsx").then((module) => ({ default: module.KubernetesTab })));
const QuestionsTab = lazy(() => import("../diagnoses/questions-tab.tsx").then((module) => ({ default: module.QuestionsTab })));

function Content({ tab, incident }: { tab: Tab; incident: Incident }) {
  switch (tab) {
    case "evidence":
      return <EvidenceTab />;
    case "timeline":
      return <TimelineTab incident={incident} />;
    case "topology":
      return <TopologyTab />;
    case "logs":
      return <LogsTab />;
    case "kubernetes":
      return <KubernetesTab />;
    case "questions":
      return <QuestionsTab />;
  }
}

/** Everything the verdict rests on, one view at a time. */
export function DetailTabs({ incident, tab, onClearCause }: { incident: Incident; tab: Tab; onClearCause: () => void }) {
  const { t } = useLanguage();
  const { cause, diagnosis } = useShownRun();
  const navigate = useNavigate({ from: "/incidents/$incidentId" });
  const choose = (value: string | null) => {
    const next = tabs.find((each) => each === value) ?? "evidence";
    void navigate({ search: (before) => ({ ...before, tab: next }), replace: true, resetScroll: false });
  };
  return (
    <section className="panel details" aria-label={t("tab.label")}>
      <Tabs value={tab} onChange={choose} keepMounted={false}>
        <Tabs.List aria-label={t("tab.label")}>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {cause ? (
          <p className="details-filter small">
            {t("cause.selected", { rank: diagnosis.causes.indexOf(cause) + 1 })}{" "}
            <button type="button" className="plain-button" onClick={onClearCause}>
              {t("cause.clear")}
            </button>
          </p>
        ) : null}
        {tabs.map((each) => (
          <Tabs.Panel key={each} value={each} className="details-panel">
            <Suspense fallback={<Waiting label={t("common.loading", { what: t(`tab.${each}`) })} lines={6} />}>
              <Content tab={each} incident={incident} />
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </section>
  );
}
