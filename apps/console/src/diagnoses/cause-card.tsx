import type { Cause, Finding } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { shortName } from "../format/entity.ts";
import { confidence, threeDigits } from "../format/number.ts";
import { Entity } from "../ui/entity.tsx";
import { Instant } from "../ui/instant.tsx";
import { Meter } from "../ui/meter.tsx";
import { Fold } from "../ui/panel.tsx";
import { FindingLink } from "./finding-link.tsx";

/** Most findings shown at once; the rest is folded away. */
const findingsShown = 4;

function Findings({ findings }: { findings: readonly Finding[] }) {
  const { t } = useLanguage();
  const item = (finding: Finding) => (
    <li key={`${finding.what} ${finding.entity} ${finding.evidence[0]?.part ?? ""}`}>
      <FindingLink finding={finding} />
    </li>
  );
  const more = findings.slice(findingsShown);
  return (
    <>
      <ul className="cause-lines">{findings.slice(0, findingsShown).map(item)}</ul>
      {more.length > 0 ? (
        <Fold title={t("common.more", { count: more.length })}>
          <ul className="cause-lines">{more.map(item)}</ul>
        </Fold>
      ) : null}
    </>
  );
}

function Parts({ cause }: { cause: Cause }) {
  const { t, say } = useLanguage();
  return (
    <Fold title={t("cause.parts")}>
      <ul className="cause-lines">
        {cause.parts.map((part) => (
          <li key={part.name} className="cause-part">
            <span className="cause-weight">
              {part.weight >= 0 ? "+" : "−"}
              {threeDigits(Math.abs(part.weight))}
            </span>
            <span>{say(part.text)}</span>
          </li>
        ))}
      </ul>
    </Fold>
  );
}

function Objects({ cause }: { cause: Cause }) {
  const { t } = useLanguage();
  return (
    <p className="small cause-objects">
      <span className="quiet">{t("cause.where")}</span>{" "}
      {cause.where.map((id) => (
        <span key={id}>
          <Entity id={id} />{" "}
        </span>
      ))}
      {cause.onset ? (
        <span className="quiet">
          · {t("chart.onset")} <Instant at={cause.onset} />
        </span>
      ) : null}
    </p>
  );
}

function Explains({ cause }: { cause: Cause }) {
  const { t } = useLanguage();
  if (cause.explains.length === 0) return null;
  return (
    <p className="small">
      <span className="quiet">{t("cause.explains")}</span> {[...new Set(cause.explains.map(shortName))].join(", ")}
    </p>
  );
}

function CauseBody({ cause, tie }: { cause: Cause; tie: string | null }) {
  const { t, say } = useLanguage();
  return (
    <div className="cause-body">
      {tie ? <p className="small quiet">{tie}</p> : null}
      <Objects cause={cause} />
      <Explains cause={cause} />
      <h3>{t("cause.for")}</h3>
      <Findings findings={cause.for} />
      <h3>{t("cause.against")}</h3>
      {cause.against.length > 0 ? <Findings findings={cause.against} /> : <p className="small quiet">{t("cause.noneAgainst")}</p>}
      <h3>{t("cause.settles")}</h3>
      <p>{say(cause.settled_by)}</p>
      <Parts cause={cause} />
    </div>
  );
}

interface CauseCardProps {
  readonly cause: Cause;
  readonly place: number;
  readonly look: { readonly chosen: boolean; readonly open: boolean };
  readonly onChoose: (place: number | null) => void;
}

/** One cause: how sure, what speaks for and against it, what would settle it. Choosing it filters the page. */
export function CauseCard({ cause, place, look, onChoose }: CauseCardProps) {
  const { t, say } = useLanguage();
  const title = say(cause.title);
  return (
    <li className={look.chosen ? "cause cause-chosen" : "cause"}>
      <button type="button" className="cause-head" aria-pressed={look.chosen} onClick={() => onChoose(look.chosen ? null : place)}>
        <span className="cause-rank">{cause.rank}</span>
        <span className="cause-title">{title}</span>
        <span className="cause-sure">
          <Meter value={cause.confidence} label={t("verdict.confidence", { value: confidence(cause.confidence) })} />{" "}
          <span aria-hidden="true">{confidence(cause.confidence)}</span>
        </span>
      </button>
      {look.open ? <CauseBody cause={cause} tie={cause.rank === place ? null : t("cause.tie", { rank: cause.rank })} /> : null}
    </li>
  );
}
