import { useLanguage } from "../app/language.ts";
import { Empty, Fold, Panel } from "../ui/panel.tsx";
import { Entity } from "../ui/entity.tsx";
import { CauseCard } from "./cause-card.tsx";
import { FindingLink } from "./finding-link.tsx";
import { useShownRun } from "./run-context.ts";
import "./causes-panel.css";

function RuledOut() {
  const { t, say } = useLanguage();
  const { diagnosis } = useShownRun();
  if (diagnosis.ruled_out.length === 0) return null;
  return (
    <Fold title={`${t("cause.ruledOut")} (${diagnosis.ruled_out.length})`}>
      <ul className="cause-lines">
        {diagnosis.ruled_out.map((each) => (
          <li key={`${each.entity} ${each.fault}`}>
            {say(each.title)} <span className="quiet">{t("cause.because")}</span> <FindingLink finding={each.because} />
          </li>
        ))}
      </ul>
    </Fold>
  );
}

function NotKnown() {
  const { t, say } = useLanguage();
  const { diagnosis, openEvidence } = useShownRun();
  if (diagnosis.unknown.length === 0) return null;
  return (
    <div id="not-known">
      <Fold
        title={`${t("cause.notKnown")} (${diagnosis.unknown.length})`}
        open={diagnosis.unknown.some((gap) => gap.could_change === "verdict")}
      >
        <ul className="cause-lines">
          {diagnosis.unknown.map((gap) => (
            <li key={gap.evidence}>
              <button type="button" className="plain-button" onClick={() => openEvidence(gap.evidence)}>
                {say(gap.text)}
              </button>
            </li>
          ))}
        </ul>
      </Fold>
    </div>
  );
}

/** The causes in their order, each with what speaks for and against it; then what is excluded and what is missing. */
export function CausesPanel({ chosen, onChoose }: { chosen: number | null; onChoose: (place: number | null) => void }) {
  const { t } = useLanguage();
  const { diagnosis } = useShownRun();
  const { causes } = diagnosis;
  const calm = diagnosis.verdict === "nothing_wrong";
  return (
    <Panel title={t("incident.causes")} className="causes">
      {causes.length === 0 ? <Empty title={calm ? t("cause.calm") : t("cause.none")}>{calm ? null : t("cause.noneText")}</Empty> : null}
      <ol>
        {causes.map((cause, index) => (
          <CauseCard
            key={`${cause.entity} ${cause.fault}`}
            cause={cause}
            place={index + 1}
            look={{ chosen: chosen === index + 1, open: (chosen ?? 1) === index + 1 }}
            onChoose={onChoose}
          />
        ))}
      </ol>
      <RuledOut />
      <NotKnown />
      {diagnosis.hurts.length > 0 && causes.length === 0 ? (
        <p className="small quiet">
          {t("verdict.hurts")}:{" "}
          {diagnosis.hurts.map((hurt) => (
            <Entity key={hurt.entity} id={hurt.entity} />
          ))}
        </p>
      ) : null}
    </Panel>
  );
}
