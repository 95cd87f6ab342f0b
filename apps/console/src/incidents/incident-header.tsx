import type { Alert, Incident } from "@sre/contracts/control-plane";
import { useLanguage } from "../app/language.ts";
import { safeHost } from "../format/link.ts";
import { Instant, useAge } from "../ui/instant.tsx";
import { LinkOut } from "../ui/link-out.tsx";
import { Fold } from "../ui/panel.tsx";
import { ActionBar } from "./action-bar.tsx";
import { SeverityBadge, StatusBadge } from "./severity.tsx";

/** Most links that stand in the header. */
const linksMax = 6;

/** Runbooks and dashboards of the alerts, each once, and only those that may be opened. */
function linksOf(alerts: readonly Alert[]): Alert["links"] {
  const byUrl = new Map(alerts.flatMap((alert) => alert.links).map((link) => [link.url, link]));
  return [...byUrl.values()].filter((link) => safeHost(link.url) !== null).slice(0, linksMax);
}

function Facts({ incident }: { incident: Incident }) {
  const { t } = useLanguage();
  const age = useAge();
  const place = [incident.environment, incident.cluster].filter(Boolean).join("/");
  return (
    <p className="incident-facts">
      <SeverityBadge severity={incident.severity} strong />
      <StatusBadge status={incident.status} />
      {incident.service ? <strong>{incident.service}</strong> : null}
      {place ? <span>{place}</span> : null}
      <span>
        <Instant at={incident.started_at} zone /> ({age(incident.started_at)})
      </span>
      <span>{incident.assignee ? t("incident.owner", { name: incident.assignee }) : t("incident.noOwner")}</span>
      <span>{t("incident.alerts", { firing: incident.alerts_firing, total: incident.alerts_total })}</span>
    </p>
  );
}

/** What it is, how bad, since when, who has it, and what can be done. */
export function IncidentHeader({ incident, alerts }: { incident: Incident; alerts: readonly Alert[] }) {
  const { t, say } = useLanguage();
  const links = linksOf(alerts);
  return (
    <header className="incident-head">
      <div className="incident-title-row">
        <h1 className="page-title">
          <span className="quiet">#{incident.number}</span> {incident.title}
        </h1>
        <ActionBar incident={incident} />
      </div>
      <Facts incident={incident} />
      {incident.resolution ? <p>{t("incident.resolvedAs", { text: incident.resolution })}</p> : null}
      <div className="incident-more small">
        {links.length > 0 ? (
          <ul className="incident-links" aria-label={t("incident.links")}>
            {links.map((link) => (
              <li key={link.url}>
                <LinkOut url={link.url} title={link.title} />
              </li>
            ))}
          </ul>
        ) : null}
        {incident.alerts_total > 1 ? <Fold title={t("incident.together")}>{say(incident.grouped_because_text)}</Fold> : null}
      </div>
    </header>
  );
}
