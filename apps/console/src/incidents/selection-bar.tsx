import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useKeys } from "../app/keys.ts";
import { useLanguage } from "../app/language.ts";
import { FormDialog } from "../ui/form-dialog.tsx";
import { useIncidentActions, type IncidentActions } from "./use-incident-actions.ts";

interface SelectionProps {
  /** What is selected. */
  readonly count: number;
  /** The incidents that the actions are about. */
  readonly incidentIds: readonly string[];
  readonly onClear: () => void;
}

function ResolveAllDialog({ ids, actions, onDone, onClose }: { ids: readonly string[]; actions: IncidentActions; onDone: () => void; onClose: () => void }) {
  const { t } = useLanguage();
  const [text, setText] = useState("");
  const send = async () => {
    const done = await actions.resolveAll(ids, text.trim());
    if (done) onDone();
    return done;
  };
  return (
    <FormDialog title={t("bulk.resolveTitle", { count: ids.length })} send={t("action.resolve")} working={actions.working} onSend={send} onClose={onClose}>
      <Textarea
        data-autofocus
        label={t("action.resolveLabel")}
        rows={4}
        maxLength={2_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </FormDialog>
  );
} // prettier-ignore

/** What can be done to all that is selected, by button and by key. */
export function SelectionBar({ count, incidentIds, onClear }: SelectionProps) {
  const { t } = useLanguage();
  const actions = useIncidentActions();
  const [resolving, setResolving] = useState(false);
  const some = incidentIds.length > 0;
  const acknowledge = () => void actions.acknowledgeAll(incidentIds).then((done) => done && onClear());
  const resolve = () => setResolving(true);
  useKeys({ a: some ? acknowledge : undefined, r: some ? resolve : undefined, Escape: onClear });
  return (
    <div className="selection" role="group" aria-label={t("list.selected", { count })}>
      <strong>{t("list.selected", { count })}</strong>
      {some ? null : <span className="small">{t("bulk.noIncident")}</span>}
      <Button size="xs" loading={actions.working} disabled={!some} onClick={acknowledge}>
        {t("list.acknowledgeSelected")}
      </Button>
      <Button size="xs" variant="default" disabled={!some} onClick={resolve}>
        {t("action.resolve")}
      </Button>
      <Button size="xs" variant="default" onClick={onClear}>
        {t("list.clearSelection")}
      </Button>
      {resolving ? <ResolveAllDialog ids={incidentIds} actions={actions} onDone={onClear} onClose={() => setResolving(false)} /> : null}
    </div>
  );
}
