import { SegmentedControl } from "@mantine/core";
import type { AlertStorm } from "@sre/contracts/control-plane";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { stormQuery } from "../api/storm-queries.ts";
import { useKeys } from "../app/keys.ts";
import { useLanguage } from "../app/language.ts";
import { readStormSearch, stormMinutes } from "../app/search.ts";
import { localTime } from "../format/time.ts";
import { Badge } from "../ui/badge.tsx";
import { Histogram } from "../ui/histogram.tsx";
import { Instant } from "../ui/instant.tsx";
import { useNow } from "../ui/now.ts";
import { Empty, Panel, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { becameText } from "./storm-model.ts";
import { ShareTables, TakenTable } from "./storm-tables.tsx";
import "../incidents/list-page.css";
import "./storm-page.css";

const minutesShown = 60;

/** How many alerts became how many incidents, in one sentence, and what that leaves to read. */
function Verdict({ storm }: { storm: AlertStorm }) {
  const { t, language } = useLanguage();
  const now = useNow();
  const { totals, under_way: underWay, complete, from } = storm;
  const details = [
    t("storm.distinct", { count: totals.distinct }),
    ...(totals.incidents > 0 ? [t("storm.each", { count: Math.round(totals.alerts / totals.incidents) })] : []),
    t("storm.opened", { count: totals.incidents_opened }),
  ];
  return (
    <div className="panel storm-verdict">
      <p className="storm-sentence">
        <Badge tone={underWay ? "red" : "plain"} sign={underWay ? "▲" : "○"} strong={underWay}>
          {t(underWay ? "storm.underWay" : "storm.calm")}
        </Badge>{" "}
        <strong>{becameText(totals, t)}</strong>
      </p>
      <p className="quiet">{details.join(" · ")}</p>
      {complete ? null : <p className="storm-partial">▲ {t("storm.incomplete", { time: localTime(from, { now, language }) })}</p>}
    </div>
  );
}

function Arrivals({ storm }: { storm: AlertStorm }) {
  const { t, language } = useLanguage();
  const now = useNow();
  const minutes = storm.bucket_seconds / 60;
  const title = minutes === 1 ? t("storm.perMinute") : t("storm.perMinutes", { count: minutes });
  return (
    <Panel title={title}>
      <Histogram
        title={title}
        parts={[
          { label: t("storm.firing"), sign: "▲", tone: "red" },
          { label: t("storm.held"), sign: "‖", tone: "amber" },
          { label: t("storm.resolved"), sign: "✓", tone: "green" },
          { label: t("storm.quarantined"), sign: "?", tone: "plain" },
        ]}
        bars={storm.buckets.map(({ at, firing, held, resolved, quarantined, incidents }) => ({
          label: localTime(at, { now, language }),
          counts: [firing, held, resolved, quarantined],
          marks: incidents,
        }))}
        markLabel={t("storm.openedMark")}
        words={{ table: t("common.table"), when: t("storm.when") }}
      />
    </Panel>
  );
}

function StormControls({ minutes, paused, onPause }: { minutes: number; paused: boolean; onPause: () => void }) {
  const { t } = useLanguage();
  const navigate = useNavigate({ from: "/storm" });
  return (
    <div className="filters">
      <SegmentedControl
        aria-label={t("storm.stretch")}
        value={String(minutes)}
        onChange={(chosen) => void navigate({ search: readStormSearch({ minutes: chosen }) })}
        data={stormMinutes.map((value) => ({
          value: String(value),
          label: value < minutesShown * 2 ? t("storm.minutes", { count: value }) : t("storm.hours", { count: value / 60 }),
        }))}
      />
      <button type="button" className="plain-button" onClick={onPause} aria-pressed={paused}>
        {t(paused ? "storm.resume" : "storm.pause")} <kbd>p</kbd>
      </button>
      {paused ? <Badge tone="amber" sign="‖">{t("storm.paused")}</Badge> : null}
    </div>
  ); // prettier-ignore
}

/** What somebody on call looks at when hundreds of alerts arrive in minutes. */
export function StormPage() {
  const { t } = useLanguage();
  const { minutes = minutesShown } = useSearch({ from: "/shell/storm" });
  const [paused, setPaused] = useState(false);
  const query = useQuery(stormQuery(minutes, paused));
  useKeys({ p: () => setPaused(!paused) });
  const storm = query.data;
  const empty = storm && storm.totals.alerts + storm.totals.quarantined === 0;
  return (
    <div className="storm">
      <div className="list-head">
        <h1 className="page-title">{t("storm.title")}</h1>
        {storm ? (
          <span className="quiet small">
            {t("storm.asOf")} <Instant at={storm.to} seconds />
          </span>
        ) : null}
      </div>
      <p className="quiet">{t("storm.text")}</p>
      <StormControls minutes={minutes} paused={paused} onPause={() => setPaused(!paused)} />
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending && !query.isError ? (
        <div className="panel">
          <Waiting label={t("common.loading", { what: t("storm.title") })} lines={8} />
        </div>
      ) : null}
      {empty ? (
        <div className="panel">
          <Empty sign="✓" title={t("storm.empty")}>
            {t("storm.emptyText")}
          </Empty>
        </div>
      ) : null}
      {storm && !empty ? (
        <>
          <Verdict storm={storm} />
          <Arrivals storm={storm} />
          <TakenTable incidents={storm.incidents} stretch={String(minutes)} />
          <ShareTables storm={storm} stretch={String(minutes)} />
        </>
      ) : null}
    </div>
  );
}
