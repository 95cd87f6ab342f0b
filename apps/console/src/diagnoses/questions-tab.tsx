import type { ToolUse } from "@sre/contracts/assistant";
import { useLanguage } from "../app/language.ts";
import { outcomeWords } from "../evidence/outcome-words.ts";
import { questionWords } from "../evidence/question-words.ts";
import { tookInWords } from "../format/time.ts";
import { Badge } from "../ui/badge.tsx";
import { Empty } from "../ui/panel.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { useShownRun } from "./run-context.ts";

/** Every question that was asked, of whom, how it came out and how long it took. */
export function QuestionsTab() {
  const { t } = useLanguage();
  const { result, openEvidence } = useShownRun();
  const uses = result.tools_used;
  if (uses.length === 0) return <Empty title={t("asked.none")} />;
  const columns: Column<ToolUse>[] = [
    { title: t("asked.round"), cell: (use) => use.round },
    {
      title: t("asked.question"),
      wide: true,
      cell: (use) => (
        <button type="button" className="plain-button finding-link" onClick={() => openEvidence(use.evidence)}>
          {questionWords(use.question, t)}
        </button>
      ),
    },
    { title: t("asked.source"), cell: (use) => use.source },
    {
      title: t("asked.outcome"),
      cell: (use) => (use.outcome === "answered" ? <Badge tone="plain" sign="✓">{t("asked.answered")}</Badge> : <Badge tone="amber" sign="▲">{outcomeWords(use.outcome, t)}</Badge>), // prettier-ignore
    },
    { title: t("asked.took"), number: true, cell: (use) => tookInWords(use.took_ms) },
  ];
  return (
    <>
      <p className="small quiet">{t("asked.total", { count: uses.length, took: tookInWords(result.execution_time * 1_000) })}</p>
      <Table caption={t("tab.questions")} columns={columns} rows={uses} keyOf={(use, index) => `${index} ${use.evidence}`} />
    </>
  );
}
