import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import type { Alert, Incident } from "@sre/contracts/control-plane";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { incidentAlertsQuery, incidentsQuery } from "../api/queries.ts";
import { useLanguage } from "../app/language.ts";
import { FormDialog } from "../ui/form-dialog.tsx";
import { Waiting } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import type { IncidentActions } from "./use-incident-actions.ts";

interface RegroupProps {
  readonly incident: Incident;
  readonly actions: IncidentActions;
  readonly onClose: () => void;
}

const reasonCharactersMax = 2_000;

/** Open incidents that could take alerts of this one. */
function useTargets({ id }: Incident) {
  const query = useQuery(incidentsQuery({ status: "open" }));
  const targets = (query.data?.items ?? []).filter((other) => other.id !== id);
  return { query, options: targets.map((other) => ({ value: other.id, label: `#${other.number} ${other.title}` })) };
}

function Reason({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useLanguage();
  return (
    <TextInput
      label={t("regroup.reason")}
      maxLength={reasonCharactersMax}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Merges the incident into another open one. */
export function MergeDialog({ incident, actions, onClose }: RegroupProps) {
  const { t } = useLanguage();
  const { query, options } = useTargets(incident);
  const [into, setInto] = useState("");
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={t("regroup.mergeTitle")}
      send={t("regroup.mergeSend")}
      working={actions.working}
      onSend={() => (into === "" ? Promise.resolve(false) : actions.merge(incident.id, { into, reason: reason.trim() }))}
      onClose={onClose}
    >
      <p className="quiet">{t("regroup.mergeText")}</p>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && options.length === 0 ? <p>{t("regroup.noOther")}</p> : null}
      <NativeSelect
        data-autofocus
        required
        label={t("regroup.into")}
        value={into}
        onChange={(event) => setInto(event.currentTarget.value)}
        data={[{ value: "", label: t("regroup.choose") }, ...options]}
      />
      <Reason value={reason} onChange={setReason} />
    </FormDialog>
  );
}

function AlertChoice({ alerts, chosen, onChoose }: { alerts: readonly Alert[]; chosen: readonly string[]; onChoose: (ids: string[]) => void }) {
  const { t } = useLanguage();
  return (
    <Checkbox.Group label={t("regroup.alerts")} value={[...chosen]} onChange={onChoose}>
      <div className="regroup-alerts">
        {alerts.map((alert) => (
          <Checkbox key={alert.id} value={alert.id} label={`${alert.name} · ${alert.labels["service"] ?? alert.entity ?? ""} · ${t(`alerts.${alert.status}`)}`} />
        ))}
      </div>
    </Checkbox.Group>
  );
} // prettier-ignore

/** Moves some of the incident's alerts into another incident, or splits them off into a new one. */
export function MoveDialog({ incident, actions, onClose }: RegroupProps) {
  const { t } = useLanguage();
  const { options } = useTargets(incident);
  const query = useQuery(incidentAlertsQuery(incident.id));
  const [chosen, setChosen] = useState<string[]>([]);
  const [into, setInto] = useState("");
  const [title, setTitle] = useState("");
  const [reason, setReason] = useState("");
  const alerts = query.data?.items ?? [];
  const problem = chosen.length === 0 ? t("regroup.noneChosen") : into === "" && chosen.length >= incident.alerts_total ? t("regroup.leave") : null; // prettier-ignore
  const send = () => {
    if (problem !== null) return Promise.resolve(false);
    const move = { alertIds: chosen, reason: reason.trim() };
    return into === "" ? actions.split(incident.id, { ...move, title: title.trim() }) : actions.move({ ...move, into });
  };
  return (
    <FormDialog title={t("regroup.moveTitle")} send={t("regroup.moveSend")} working={actions.working} onSend={send} onClose={onClose}>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Waiting label={t("common.loading", { what: t("regroup.alerts") })} /> : null}
      {alerts.length > 0 ? <AlertChoice alerts={alerts} chosen={chosen} onChoose={setChosen} /> : null}
      {query.data?.next_cursor ? <p className="quiet small">{t("regroup.partial", { count: alerts.length })}</p> : null}
      <NativeSelect
        label={t("regroup.to")}
        value={into}
        onChange={(event) => setInto(event.currentTarget.value)}
        data={[{ value: "", label: t("regroup.newIncident") }, ...options]}
      />
      {into === "" ? (
        <TextInput
          label={t("regroup.name")}
          placeholder={t("regroup.nameHint")}
          maxLength={300}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
      ) : null}
      <Reason value={reason} onChange={setReason} />
      <p className="small quiet" role="status">
        {problem}
      </p>
    </FormDialog>
  );
}
