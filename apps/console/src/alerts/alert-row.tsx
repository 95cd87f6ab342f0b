import type { Alert } from "@sre/contracts/control-plane";
import { Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useLanguage } from "../app/language.ts";
import { SeverityBadge } from "../incidents/severity.tsx";
import { Badge } from "../ui/badge.tsx";
import { Entity } from "../ui/entity.tsx";
import { useAge } from "../ui/instant.tsx";

/** Why an alert opened no incident although it could. */
function HeldBadge({ held }: { held: NonNullable<Alert["held"]> }) {
  const { t } = useLanguage();
  return (
    <Badge tone="amber" sign={held === "flapping" ? "⇅" : "‖"}>
      {t(`alerts.${held}`)}
    </Badge>
  );
}

interface RowState {
  readonly active: boolean;
  readonly selected: boolean;
}

/** One alert: how bad, what, about what, and where it went. */
export function AlertRow({ alert, state, onSelect }: { alert: Alert; state: RowState; onSelect: (on: boolean) => void }) {
  const { t } = useLanguage();
  const age = useAge();
  const place = [alert.environment, alert.cluster].filter(Boolean).join("/");
  const firing = alert.status === "firing";
  return (
    <div className={`alert-row${state.active ? " row-active" : ""}`}>
      <Checkbox
        size="xs"
        className="row-select"
        aria-label={t("bulk.selectAlert", { name: alert.name })}
        data-row={alert.incident_id ? undefined : alert.id}
        checked={state.selected}
        onChange={(event) => onSelect(event.currentTarget.checked)}
      />
      <SeverityBadge severity={alert.severity} />
      <span className="alert-what">
        <strong>{alert.name}</strong>
        <span className="quiet small">
          {alert.entity ? <Entity id={alert.entity} /> : t("common.unknown")} {place}
        </span>
      </span>
      <span className="small">
        {alert.incident_id ? (
          <Link to="/incidents/$incidentId" params={{ incidentId: alert.incident_id }} data-row={alert.id}>
            {t("alerts.incident")}
            <span className="unseen"> {alert.name}</span>
          </Link>
        ) : (
          <span className="quiet">{t("alerts.noIncident")}</span>
        )}
      </span>
      <span className="alert-end small">
        {alert.held ? <HeldBadge held={alert.held} /> : null}
        <Badge tone={firing ? "red" : "green"} sign={firing ? "●" : "✓"}>
          {t(`alerts.${alert.status}`)}
        </Badge>
        <time dateTime={alert.starts_at} title={alert.starts_at}>
          {age(alert.starts_at)}
        </time>
      </span>
    </div>
  );
}
