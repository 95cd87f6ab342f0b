import { useLanguage } from "../app/language.ts";
import { useShownRun } from "../diagnoses/run-context.ts";
import { shortName } from "../format/entity.ts";
import { threeDigits } from "../format/number.ts";
import { Badge } from "../ui/badge.tsx";
import { Entity } from "../ui/entity.tsx";
import { Instant } from "../ui/instant.tsx";
import { Empty, Waiting } from "../ui/panel.tsx";
import { Sparkline } from "../ui/sparkline.tsx";
import { Table, type Column } from "../ui/table.tsx";
import { CoverageNotes } from "./coverage-notes.tsx";
import { lineCount, patternChange, sortPatterns, type ShownPattern } from "./log-patterns.ts";
import { useEvidenceAbout } from "./use-evidence.ts";

/** Most patterns listed. */
const patternsMax = 60;

function usePatterns() {
  const { diagnosis, cause } = useShownRun();
  const found = useEvidenceAbout("logs");
  const onset = (cause ?? diagnosis.causes[0])?.onset ?? null;
  const names = cause ? new Set([cause.entity, ...cause.where, ...cause.explains].map(shortName)) : null;
  const shown = found.answers.flatMap((answer) => {
    const of = answer.question.about === "logs" ? answer.question.of : "";
    if (names && !names.has(shortName(of))) return [];
    return answer.data.patterns.map((pattern) => ({
      pattern,
      of,
      evidence: answer.id,
      change: patternChange(pattern, answer.data, onset),
      total: lineCount(pattern.counts),
    }));
  });
  return { ...found, patterns: sortPatterns(shown).slice(0, patternsMax) };
}

/** Log lines as patterns: what is new or risen since the onset comes first. */
export function LogsTab() {
  const { t } = useLanguage();
  const { openEvidence } = useShownRun();
  const { patterns, pending, answers } = usePatterns();
  if (pending) return <Waiting label={t("common.loading", { what: t("tab.logs") })} lines={6} />;
  if (answers.length === 0) return <Empty title={t("logs.none")}>{t("logs.noneText")}</Empty>;
  const columns: Column<ShownPattern>[] = [
    {
      title: t("logs.pattern"),
      wide: true,
      cell: ({ pattern, change, evidence }) => (
        <>
          {change ? <Badge tone={change === "gone" ? "plain" : "red"} sign={change === "gone" ? "○" : "▲"}>{t(`logs.${change}`)}</Badge> : null}{" "}
          <button type="button" className="plain-button finding-link mono" onClick={() => openEvidence(evidence, pattern.template)}>
            {pattern.template}
          </button>
          {pattern.instance === "previous" ? <span className="small quiet"> ({t("logs.previous")})</span> : null}
        </>
      ),
    },
    { title: t("evidence.about"), cell: ({ of }) => <Entity id={of} /> },
    { title: t("logs.level"), cell: ({ pattern }) => t(`logs.levels.${pattern.level}`) },
    {
      title: t("logs.count"),
      number: true,
      cell: ({ pattern, total }) => (
        <span className="no-wrap">
          <Sparkline values={pattern.counts} /> {threeDigits(total)}
        </span>
      ),
    },
    { title: t("logs.first"), cell: ({ pattern }) => <Instant at={pattern.first_at} /> },
  ]; // prettier-ignore
  return (
    <>
      {answers
        .filter((answer) => !answer.coverage.complete || answer.coverage.truncated_by)
        .map((answer) => (
          <CoverageNotes key={answer.id} coverage={answer.coverage} />
        ))}
      <Table
        caption={t("tab.logs")}
        columns={columns}
        rows={patterns}
        keyOf={(each) => `${each.of} ${each.pattern.template} ${each.pattern.level} ${each.pattern.instance}`}
      />
    </>
  );
}
