import { Button, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { correlationPreviewQuery } from "../api/correlation-queries.ts";
import { useLanguage } from "../app/language.ts";
import { readCorrelationSearch, type CorrelationSearch } from "../app/search.ts";
import { Panel, Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { PreviewReport } from "./preview-report.tsx";

const hoursWhenUnset = 24;
const fields = [
  { name: "hours", label: "hours", min: 1, max: 72, step: 1 },
  { name: "window", label: "windowField", min: 1, max: 1_440, step: 1 },
  { name: "steps", label: "stepsField", min: 0, max: 3, step: 1 },
  { name: "threshold", label: "thresholdField", min: 0.1, max: 1, step: 0.05 },
] as const;

/** The settings that the address tries, as the API wants them. */
function triedIn({ hours = hoursWhenUnset, window, steps, threshold }: CorrelationSearch) {
  return {
    hours,
    ...(window === undefined ? {} : { window_seconds: window * 60 }),
    ...(steps === undefined ? {} : { topology_steps: steps }),
    ...(threshold === undefined ? {} : { threshold }),
  };
}

function SettingsForm({ search, working }: { search: CorrelationSearch; working: boolean }) {
  const { t } = useLanguage();
  const navigate = useNavigate({ from: "/correlation" });
  const [given, setGiven] = useState<Partial<Record<string, string | number>>>({ ...search, hours: search.hours ?? hoursWhenUnset });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ search: readCorrelationSearch(given) });
  };
  return (
    <form className="correlation-form" onSubmit={submit}>
      {fields.map(({ name, label, ...limits }) => (
        <NumberInput
          key={name}
          label={t(`correlation.${label}`)}
          placeholder={t("correlation.asNow")}
          required={name === "hours"}
          hideControls
          {...limits}
          value={given[name] ?? ""}
          onChange={(value) => setGiven({ ...given, [name]: value })}
        />
      ))}
      <Button type="submit" loading={working}>
        {t("correlation.show")}
      </Button>
    </form>
  );
}

/** Tries other settings on stored alerts; what is tried stands in the address, so that a link shows the same report. */
export function PreviewPanel() {
  const { t } = useLanguage();
  const search = useSearch({ from: "/shell/correlation" });
  const asked = Object.keys(search).length > 0;
  const query = useQuery({ ...correlationPreviewQuery(triedIn(search)), enabled: asked });
  return (
    <Panel title={t("correlation.try")}>
      <p className="quiet">{t("correlation.tryText")}</p>
      <SettingsForm search={search} working={query.isFetching} />
      <div role="status">
        {asked && query.isPending ? <Waiting label={t("common.loading", { what: t("correlation.report") })} lines={4} /> : null}
        {query.isSuccess ? <PreviewReport preview={query.data} /> : null}
      </div>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
    </Panel>
  );
}
