import type { Finding } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { findingValues } from "../evidence/finding-values.ts";
import { questionWindow } from "../evidence/question-words.ts";
import { Entity } from "../ui/entity.tsx";
import { Instant, Span } from "../ui/instant.tsx";
import { Empty, Fold } from "../ui/panel.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { FindingLink } from "./finding-link.tsx";
import { useShownRun } from "./run-context.ts";

/** Kinds of findings that say only that nothing happened: folded, so that what did happen is read first. */
const calm = new Set(["golden_normal", "golden_usual", "no_bad_state"]);

/** The findings to list: all of them, or with a cause chosen those for and against it. */
function findingsShown(
  all: readonly Finding[],
  cause: { readonly for: readonly Finding[]; readonly against: readonly Finding[] } | null,
): readonly Finding[] {
  return cause ? [...cause.for, ...cause.against] : all;
}

function useColumns(): Column<Finding>[] {
  const { t, language } = useLanguage();
  const { result } = useShownRun();
  const useOf = new Map(result.tools_used.map((use) => [use.evidence, use]));
  const cited = (finding: Finding) => useOf.get(finding.evidence[0]?.id ?? "");
  const window = (finding: Finding) => {
    const use = cited(finding);
    const span = use ? questionWindow(use.question) : null;
    if (span) return <Span from={span.from} to={span.to} />;
    return finding.from ? <Instant at={finding.from} /> : "–";
  };
  return [
    { title: t("evidence.finding"), wide: true, cell: (finding) => <FindingLink finding={finding} /> },
    { title: t("evidence.about"), cell: (finding) => <Entity id={finding.entity} /> },
    { title: t("evidence.source"), cell: (finding) => cited(finding)?.source ?? "–" },
    { title: t("evidence.window"), cell: window },
    {
      title: t("evidence.value"),
      cell: (finding) => <span className="value-cell">{findingValues({ finding, t, language }) || "–"}</span>,
    },
  ];
}

/** Each finding with where it was seen: one row, one way to its source. */
export function EvidenceTab() {
  const { t } = useLanguage();
  const { diagnosis, cause } = useShownRun();
  const columns = useColumns();
  const findings = findingsShown(diagnosis.findings, cause);
  const keyOf = (finding: Finding, index: number) => `${index} ${finding.what} ${finding.entity}`;
  const nothing = diagnosis.verdict === "nothing_wrong" ? t("evidence.calm") : t("evidence.none");
  if (findings.length === 0) return <Empty title={cause ? t("evidence.filtered") : nothing}>{t("evidence.noneText")}</Empty>;
  // What speaks for or against a chosen cause is all of interest.
  const folded = (finding: Finding) => !cause && calm.has(finding.what);
  const told = findings.filter((finding) => !folded(finding));
  const normal = findings.filter(folded);
  const normalTitle = t("evidence.normal", { count: normal.length });
  return (
    <>
      {told.length > 0 ? <Table caption={t("tab.evidence")} columns={columns} rows={told} keyOf={keyOf} /> : null}
      {normal.length > 0 ? (
        <Fold title={normalTitle} open={told.length === 0}>
          <Table caption={normalTitle} columns={columns} rows={normal} keyOf={keyOf} />
        </Fold>
      ) : null}
    </>
  );
}
