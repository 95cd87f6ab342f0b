import type { Edge } from "@sre/contracts/evidence";
import { useMemo } from "react";
import { useLanguage } from "../app/language.ts";
import { useShownRun } from "../diagnoses/run-context.ts";
import { useEvidenceAbout } from "../evidence/use-evidence.ts";
import { Entity } from "../ui/entity.tsx";
import { Empty, Fold, Waiting } from "../ui/panel.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { layered, wayBetween } from "./layout.ts";
import { TopologyDrawing } from "./topology-drawing.tsx";
import "./topology-tab.css";

function EdgeTable({ edges }: { edges: readonly Edge[] }) {
  const { t } = useLanguage();
  const columns: Column<Edge>[] = [
    { title: t("topology.from"), cell: (edge) => <Entity id={edge.from} /> },
    { title: t("topology.kind"), cell: (edge) => t(`topology.${edge.kind}`) },
    { title: t("topology.to"), cell: (edge) => <Entity id={edge.to} /> },
    { title: t("topology.origin"), cell: (edge) => edge.origin },
  ];
  return (
    <Fold title={`${t("topology.edges")} (${edges.length})`}>
      <Table caption={t("topology.edges")} columns={columns} rows={edges} keyOf={(edge) => `${edge.from}>${edge.kind}>${edge.to}`} />
    </Fold>
  );
}

/** What is connected with what, with the way from the cause to those who are hurt. */
export function TopologyTab() {
  const { t } = useLanguage();
  const { diagnosis, cause } = useShownRun();
  const found = useEvidenceAbout("topology");
  const edges = useMemo(() => {
    const byId = new Map(
      found.answers.flatMap((answer) => answer.data.edges).map((edge) => [`${edge.from}>${edge.kind}>${edge.to}`, edge]),
    );
    return [...byId.values()];
  }, [found.answers]);
  const causes = cause ? [cause] : diagnosis.causes.slice(0, 1);
  const symptoms = cause ? cause.explains : diagnosis.hurts.map((each) => each.entity);
  const roots = causes.map((each) => each.entity);
  if (found.pending) return <Waiting label={t("common.loading", { what: t("tab.topology") })} lines={6} />;
  if (edges.length === 0) return <Empty title={t("topology.none")}>{t("topology.noneText")}</Empty>;
  const layout = layered(edges, [...roots, ...symptoms, edges[0]?.from ?? ""].filter(Boolean));
  const ways = roots.flatMap((root) => symptoms.map((symptom) => wayBetween(edges, root, symptom)));
  return (
    <div className="topology">
      <TopologyDrawing layout={layout} ways={ways} causes={roots} symptoms={symptoms} />
      {layout.hidden > 0 ? <p className="small quiet">{t("topology.hidden", { count: layout.hidden })}</p> : null}
      <EdgeTable edges={layout.edges} />
    </div>
  );
}
