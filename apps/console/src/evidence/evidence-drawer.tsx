import type { Answer } from "@sre/contracts/evidence";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { evidenceQuery } from "../api/queries.ts";
import { useLanguage } from "../app/language.ts";
import { without } from "../app/search.ts";
import { useShownRun } from "../diagnoses/run-context.ts";
import { tookInWords } from "../format/time.ts";
import { Badge } from "../ui/badge.tsx";
import { Code } from "../ui/code.tsx";
import { SidePanel } from "../ui/dialog.tsx";
import { Instant } from "../ui/instant.tsx";
import { Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { CoverageNotes } from "./coverage-notes.tsx";
import { EvidenceDataView } from "./evidence-data.tsx";
import { outcomeWords } from "./outcome-words.ts";
import { questionWindow, questionWords } from "./question-words.ts";
import "./evidence-drawer.css";

function Asked({ answer }: { answer: Answer }) {
  const { t } = useLanguage();
  if (answer.asked.length === 0) return <p className="quiet">{t("evidence.notSent")}</p>;
  return (
    <>
      {answer.asked.map((each) => (
        <div key={`${each.source} ${each.text}`} className="asked">
          <Code text={each.text} label={t("evidence.exact")} />
          <p className="small quiet">
            {each.source} · <Instant at={each.at} seconds /> · {tookInWords(each.took_ms)}
          </p>
        </div>
      ))}
    </>
  );
}

function Facts({ answer }: { answer: Answer }) {
  const { t } = useLanguage();
  const window = questionWindow(answer.question);
  return (
    <dl className="facts">
      <div>
        <dt>{t("evidence.source")}</dt>
        <dd>{answer.source}</dd>
      </div>
      {window ? (
        <div>
          <dt>{t("evidence.window")}</dt>
          <dd>
            <Instant at={window.from} seconds /> – <Instant at={window.to} seconds zone />
          </dd>
        </div>
      ) : null}
      {answer.kind === "answered" ? (
        <div>
          <dt>{t("evidence.coverage")}</dt>
          <dd>
            <CoverageNotes coverage={answer.coverage} />
          </dd>
        </div>
      ) : null}
      {answer.recorded ? (
        <div>
          <dt>{t("evidence.recorded")}</dt>
          <dd>{questionWords(answer.recorded, t)}</dd>
        </div>
      ) : null}
    </dl>
  );
}

function Content({ answer, part }: { answer: Answer; part: string | null }) {
  const { t } = useLanguage();
  return (
    <div className="evidence">
      <p className="evidence-question">{questionWords(answer.question, t)}</p>
      <Facts answer={answer} />
      <h3>{t("evidence.exact")}</h3>
      <Asked answer={answer} />
      {answer.kind === "unanswered" ? (
        <div className="unanswered">
          <Badge tone="amber" sign="▲">
            {t("evidence.unanswered")}: {outcomeWords(answer.because, t)}
          </Badge>
          <p>{answer.detail}</p>
        </div>
      ) : (
        <>
          <h3>{t("evidence.samples")}</h3>
          <EvidenceDataView data={answer.data} part={part} />
        </>
      )}
      <p className="mono quiet">{t("evidence.id", { id: answer.id })}</p>
    </div>
  );
}

/** One answer, opened from whatever cites it: the exact text, the window, the samples and how far they reach. */
export function EvidenceDrawer({ id, part }: { id: string; part: string | null }) {
  const { t } = useLanguage();
  const { run } = useShownRun();
  const navigate = useNavigate({ from: "/incidents/$incidentId" });
  const answer = useQuery(evidenceQuery(run.id, id));
  const close = () => void navigate({ search: (before) => without(before, ["evidence", "part"]), resetScroll: false });
  return (
    <SidePanel onClose={close} title={t("evidence.title")}>
      {answer.isPending ? <Waiting label={t("common.loading", { what: t("evidence.title") })} lines={8} /> : null}
      {answer.isError ? <ProblemNote what={t("evidence.missing")} error={answer.error} onRetry={() => void answer.refetch()} /> : null}
      {answer.data ? <Content answer={answer.data} part={part} /> : null}
    </SidePanel>
  );
}
