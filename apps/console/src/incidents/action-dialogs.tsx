import { Textarea, TextInput } from "@mantine/core";
import type { Incident } from "@sre/contracts/control-plane";
import { useState, type FormEvent } from "react";
import { useLanguage } from "../app/language.ts";
import { entityName } from "../format/entity.ts";
import { FormDialog } from "../ui/form-dialog.tsx";
import type { IncidentActions } from "./use-incident-actions.ts";

interface DialogProps {
  readonly incident: Incident;
  readonly actions: IncidentActions;
  readonly onClose: () => void;
}

export function ResolveDialog({ incident, actions, onClose }: DialogProps) {
  const { t } = useLanguage();
  const [text, setText] = useState("");
  return (
    <FormDialog
      title={t("action.resolveTitle")}
      send={t("action.resolve")}
      working={actions.working}
      onSend={() => actions.resolve(incident.id, text.trim())}
      onClose={onClose}
    >
      <Textarea
        data-autofocus
        label={t("action.resolveLabel")}
        autosize={false}
        rows={4}
        maxLength={2_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

export function CommentDialog({ incident, actions, onClose }: DialogProps) {
  const { t } = useLanguage();
  const [text, setText] = useState("");
  return (
    <FormDialog
      title={t("action.commentTitle")}
      send={t("action.send")}
      working={actions.working}
      onSend={() => actions.comment(incident.id, text.trim())}
      onClose={onClose}
    >
      <Textarea
        data-autofocus
        required
        label={t("action.commentLabel")}
        rows={5}
        maxLength={4_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

export function AssignDialog({ incident, actions, onClose }: DialogProps) {
  const { t } = useLanguage();
  const [name, setName] = useState(incident.assignee ?? "");
  return (
    <FormDialog
      title={t("action.assignTitle")}
      send={t("action.assign")}
      working={actions.working}
      onSend={() => actions.assign(incident.id, name.trim() || null)}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        label={t("action.assignLabel")}
        placeholder={t("action.unassign")}
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

export function DeploymentDialog({ incident, actions, onClose }: DialogProps) {
  const { t } = useLanguage();
  const place = entityName(incident.entities[0] ?? "");
  const [chosen, setChosen] = useState({
    cluster: incident.cluster || place.cluster,
    namespace: place.namespace,
    name: incident.service ?? "",
  });
  const change = (field: keyof typeof chosen) => (event: FormEvent<HTMLInputElement>) =>
    setChosen({ ...chosen, [field]: event.currentTarget.value });
  return (
    <FormDialog
      title={t("action.deploymentTitle")}
      send={t("action.start")}
      working={actions.working}
      onSend={() => actions.diagnose(incident.id, chosen)}
      onClose={onClose}
    >
      <p className="quiet">{t("action.deploymentText")}</p>
      <TextInput data-autofocus required label={t("action.name")} maxLength={253} value={chosen.name} onChange={change("name")} />
      <TextInput required label={t("action.namespace")} maxLength={253} value={chosen.namespace} onChange={change("namespace")} />
      <TextInput label={t("action.cluster")} maxLength={253} value={chosen.cluster} onChange={change("cluster")} />
    </FormDialog>
  );
}
