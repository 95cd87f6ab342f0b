import { Button, NativeSelect } from "@mantine/core";
import { useLanguage } from "../app/language.ts";
import { confidence } from "../format/number.ts";
import { localTime } from "../format/time.ts";
import type { RunChoice } from "../incidents/use-incident.ts";
import { useNow } from "../ui/now.ts";
import "./run-notices.css";

/** News about runs: a newer verdict to be applied by hand, a run that failed, and the earlier runs to look at. */
export function RunNotices({ choice, onShow }: { choice: RunChoice; onShow: (id: string, latest: boolean) => void }) {
  const { t, language, say } = useLanguage();
  const now = useNow();
  const { announced, broken, reported, shownId } = choice;
  const headline = announced?.headline ? say(announced.headline) : "";
  const newest = reported[0]?.id;
  return (
    <>
      <div role="status" className="notices">
        {announced ? (
          <div className="notice notice-new">
            <span>{t("verdict.announced", { headline })}</span>
            <Button size="xs" onClick={() => onShow(announced.id, true)}>
              {t("verdict.apply")}
            </Button>
          </div>
        ) : null}
        {broken ? (
          <div className="notice notice-broken">
            <span>
              <span aria-hidden="true">▲ </span>
              {t(broken.status === "failed" ? "verdict.failed" : "verdict.cancelled")}
              {broken.error_text ? `: ${say(broken.error_text)}` : ""}. {shownId ? t("verdict.older") : t("verdict.noneNext")}
            </span>
          </div>
        ) : null}
      </div>
      {reported.length > 1 && shownId ? (
        <NativeSelect
          className="run-select no-print"
          aria-label={t("incident.runs")}
          value={shownId}
          onChange={(event) => onShow(event.currentTarget.value, event.currentTarget.value === newest)}
          data={reported.map((run) => {
            const verdict = run.verdict ? ` · ${t(`verdict.${run.verdict}`)}` : "";
            const sure = run.confidence === null ? "" : ` ${confidence(run.confidence)}`;
            const name = run.deployment ? ` · ${run.deployment}` : "";
            const latest = run.id === newest ? ` (${t("incident.latest")})` : "";
            return {
              value: run.id,
              label: `${localTime(run.requested_at, { now, language, seconds: true })}${verdict}${sure}${name}${latest}`,
            };
          })}
        />
      ) : null}
    </>
  );
}
