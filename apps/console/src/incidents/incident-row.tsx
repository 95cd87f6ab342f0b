import type { Incident } from "@sre/contracts/control-plane";
import { Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useLanguage } from "../app/language.ts";
import { VerdictBadge } from "../diagnoses/verdict-badge.tsx";
import { Badge } from "../ui/badge.tsx";
import { useAge } from "../ui/instant.tsx";
import { SeverityBadge, StatusBadge } from "./severity.tsx";

/** The verdict of the latest diagnosis in one line, or how far it is. */
function VerdictLine({ diagnosis }: { diagnosis: Incident["diagnosis"] }) {
  const { t, say } = useLanguage();
  if (!diagnosis) return <span className="quiet">{t("list.waiting")}</span>;
  if (diagnosis.verdict && diagnosis.headline) {
    return (
      <>
        <VerdictBadge verdict={diagnosis.verdict} confidence={diagnosis.verdict === "nothing_wrong" ? null : diagnosis.confidence} />
        <span className="row-headline">{say(diagnosis.headline)}</span>
      </>
    );
  }
  if (diagnosis.status === "failed") return <Badge tone="amber" sign="▲">{t("list.diagnosisFailed")}</Badge>; // prettier-ignore
  return <Badge tone="plain" sign="◌">{t("list.diagnosing", { percent: diagnosis.progress })}</Badge>; // prettier-ignore
}

export interface RowState {
  readonly active: boolean;
  readonly selected: boolean;
  readonly gone: boolean;
}

/** One incident in one line: how bad, what, since when, why. */
export function IncidentRow({ incident, state, onSelect }: { incident: Incident; state: RowState; onSelect: (selected: boolean) => void }) {
  const { t } = useLanguage();
  const age = useAge();
  const look = `row${state.active ? " row-active" : ""}${state.gone ? " row-gone" : ""}`;
  const place = [incident.environment, incident.cluster].filter(Boolean).join("/");
  return (
    <div className={look}>
      <Checkbox
        size="md"
        className="row-select"
        aria-label={t("list.select", { number: incident.number })}
        checked={state.selected}
        onChange={(event) => onSelect(event.currentTarget.checked)}
      />
      <SeverityBadge severity={incident.severity} />
      <span className="row-what">
        <Link to="/incidents/$incidentId" params={{ incidentId: incident.id }} className="row-link" data-row={incident.id}>
          <span className="row-number quiet">#{incident.number}</span> <span className="row-title">{incident.title}</span>
        </Link>
        <span className="row-place quiet small">
          <strong>{incident.service ?? t("common.unknown")}</strong> {place}
        </span>
      </span>
      <span className="row-verdict">
        <VerdictLine diagnosis={incident.diagnosis} />
      </span>
      <span className="row-end small">
        <StatusBadge status={incident.status} />
        <time dateTime={incident.started_at} title={incident.started_at}>
          {age(incident.started_at)}
        </time>
      </span>
    </div>
  );
}
