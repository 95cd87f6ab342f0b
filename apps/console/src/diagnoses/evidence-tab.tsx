import type { Finding } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { findingValues } from "../evidence/finding-values.ts";
import { questionWindow } from "../evidence/question-words.ts";
import { Entity } from "../ui/entity.tsx";
import { Instant } from "../ui/instant.tsx";
import { Empty } from "../ui/panel.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { FindingLink } from "./finding-link.tsx";
import { useShownRun } from "./run-context.ts";

/** The findings to list: all of them, or with a cause chosen those for and against it. */
function findingsShown(
  all: readonly Finding[],
  cause: { readonly for: readonly Finding[]; readonly against: readonly Finding[] } | null,
): readonly Finding[] {
  return cause ? [...cause.for, ...cause.against] : all;
}

/** Each finding with where it was seen: one row, one way to its source. */
export function EvidenceTab() {
  const { t } = useLanguage();
  const { diagnosis, result, cause } = useShownRun();
  const findings = findingsShown(diagnosis.findings, cause);
  const useOf = new Map(result.tools_used.map((use) => [use.evidence, use]));
  const cited = (finding: Finding) => useOf.get(finding.evidence[0]?.id ?? "");
  const window = (finding: Finding) => {
    const use = cited(finding);
    const span = use ? questionWindow(use.question) : null;
    if (!span) return finding.from ? <Instant at={finding.from} /> : "–";
    return (
      <span className="no-wrap">
        <Instant at={span.from} />–<Instant at={span.to} />
      </span>
    );
  };
  const columns: Column<Finding>[] = [
    { title: t("evidence.finding"), wide: true, cell: (finding) => <FindingLink finding={finding} /> },
    { title: t("evidence.about"), cell: (finding) => <Entity id={finding.entity} /> },
    { title: t("evidence.source"), cell: (finding) => cited(finding)?.source ?? "–" },
    { title: t("evidence.window"), cell: window },
    { title: t("evidence.value"), cell: (finding) => <span className="small value-cell">{findingValues(finding.values)}</span> },
  ];
  const nothing = diagnosis.verdict === "nothing_wrong" ? t("evidence.calm") : t("evidence.none");
  if (findings.length === 0) return <Empty title={cause ? t("evidence.filtered") : nothing}>{t("evidence.noneText")}</Empty>;
  return (
    <Table
      caption={t("tab.evidence")}
      columns={columns}
      rows={findings}
      keyOf={(finding, index) => `${index} ${finding.what} ${finding.entity}`}
    />
  );
}
