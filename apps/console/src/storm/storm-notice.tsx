import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { stormNoticeQuery } from "../api/storm-queries.ts";
import { useLanguage } from "../app/language.ts";
import { becameText } from "./storm-model.ts";
import "./storm-page.css";

/** Says on other pages that a storm is under way, and leads to it. */
export function StormNotice() {
  const { t } = useLanguage();
  const { data } = useQuery(stormNoticeQuery());
  if (!data?.under_way) return null;
  return (
    <span role="status">
      <Link to="/storm" search={{}} className="storm-notice">
        <span aria-hidden="true">▲ </span>
        {t("storm.notice", { became: becameText(data.totals, t) })}
      </Link>
    </span>
  );
}
