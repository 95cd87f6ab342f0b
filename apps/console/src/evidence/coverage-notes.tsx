import type { Coverage } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { threeDigits } from "../format/number.ts";
import { Badge } from "../ui/badge.tsx";

/** How far an answer reaches: silence outside of it means nothing. */
export function CoverageNotes({ coverage }: { coverage: Coverage }) {
  const { t } = useLanguage();
  const denied = Object.entries(coverage.by_kind ?? {}).filter(([, answer]) => answer === "denied").map(([kind]) => kind); // prettier-ignore
  const whole = coverage.complete && coverage.missing_share === 0 && !coverage.truncated_by && coverage.as_of !== "now";
  return (
    <ul className="coverage small">
      {whole ? <li><Badge tone="plain" sign="✓">{t("evidence.complete")}</Badge></li> : null}
      {coverage.missing_share > 0 ? <li><Badge tone="amber" sign="▲">{t("evidence.partial", { percent: threeDigits(coverage.missing_share * 100) })}</Badge></li> : null}
      {!coverage.complete && coverage.missing_share === 0 && !coverage.truncated_by ? <li><Badge tone="amber" sign="▲">{t("evidence.incomplete")}</Badge></li> : null}
      {coverage.truncated_by ? <li><Badge tone="amber" sign="▲">{t("evidence.truncated", { limit: t(`evidence.limitNames.${coverage.truncated_by}`) })}</Badge></li> : null}
      {coverage.as_of === "now" ? (
        <li>
          <Badge tone="amber" sign="▲">{t("evidence.now")}</Badge> <span className="quiet">{t("evidence.nowText")}</span>
        </li>
      ) : null}
      {denied.length > 0 ? <li><Badge tone="amber" sign="▲">{t("evidence.denied", { kinds: denied.join(", ") })}</Badge></li> : null}
    </ul>
  ); // prettier-ignore
}
