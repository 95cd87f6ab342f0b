import { Button, Menu } from "@mantine/core";
import type { Incident } from "@sre/contracts/control-plane";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { signedInQuery } from "../api/queries.ts";
import { useKeys } from "../app/keys.ts";
import { useLanguage } from "../app/language.ts";
import { AssignDialog, CommentDialog, DeploymentDialog, ResolveDialog } from "./action-dialogs.tsx";
import { MergeDialog, MoveDialog } from "./regroup-dialogs.tsx";
import { useIncidentActions } from "./use-incident-actions.ts";

type Dialog = "resolve" | "comment" | "assign" | "deployment" | "merge" | "move";

function KeyHint({ name }: { name: string }) {
  return (
    <kbd className="wide-only" aria-hidden="true">
      {name}
    </kbd>
  );
}

/** What can be done to the incident; on a phone it stays at the thumb. */
export function ActionBar({ incident }: { incident: Incident }) {
  const { t } = useLanguage();
  const actions = useIncidentActions();
  const session = useQuery(signedInQuery());
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { id, status } = incident;
  const open = status !== "resolved";
  const acknowledge = status === "new" ? () => void actions.acknowledge(id) : undefined;
  const again = () => void actions.diagnose(id, null);
  useKeys({ a: acknowledge, r: open ? () => setDialog("resolve") : undefined, d: again, c: () => setDialog("comment") });
  const me = session.data?.name;
  const close = () => setDialog(null);
  return (
    <div className="actions no-print" role="group" aria-label={t("action.label")}>
      {acknowledge ? (
        <Button onClick={acknowledge} loading={actions.working} rightSection={<KeyHint name="a" />}>
          {t("action.acknowledge")}
        </Button>
      ) : null}
      {open ? (
        <Button variant="default" onClick={() => setDialog("resolve")} rightSection={<KeyHint name="r" />}>
          {t("action.resolve")}
        </Button>
      ) : null}
      <Button variant="default" onClick={again} rightSection={<KeyHint name="d" />}>
        {t("action.again")}
      </Button>
      <Menu position="bottom-end" withinPortal width={240}>
        <Menu.Target>
          <Button variant="default" aria-label={t("action.more")}>
            <span aria-hidden="true">⋯</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog("deployment")}>{t("action.deployment")}</Menu.Item>
          <Menu.Item onClick={() => setDialog("comment")}>{t("action.comment")}</Menu.Item>
          {me && me !== incident.assignee ? (
            <Menu.Item onClick={() => void actions.assign(id, me)}>{t("action.assignMe")}</Menu.Item>
          ) : null}
          <Menu.Item onClick={() => setDialog("assign")}>{t("action.assign")}</Menu.Item>
          {open ? <Menu.Item onClick={() => setDialog("merge")}>{t("regroup.merge")}</Menu.Item> : null}
          {incident.alerts_total > 0 ? <Menu.Item onClick={() => setDialog("move")}>{t("regroup.move")}</Menu.Item> : null}
          <Menu.Divider />
          <Menu.Item onClick={() => void actions.copyReport(id)}>{t("action.copy")}</Menu.Item>
          <Menu.Item onClick={() => window.print()}>{t("action.print")}</Menu.Item>
          {incident.diagnosis ? (
            <Menu.Item component="a" href={`/api/v1/diagnoses/${incident.diagnosis.id}/snapshot`} download>
              {t("action.snapshot")}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      {dialog === "resolve" ? <ResolveDialog incident={incident} actions={actions} onClose={close} /> : null}
      {dialog === "merge" ? <MergeDialog incident={incident} actions={actions} onClose={close} /> : null}
      {dialog === "move" ? <MoveDialog incident={incident} actions={actions} onClose={close} /> : null}
      {dialog === "comment" ? <CommentDialog incident={incident} actions={actions} onClose={close} /> : null}
      {dialog === "assign" ? <AssignDialog incident={incident} actions={actions} onClose={close} /> : null}
      {dialog === "deployment" ? <DeploymentDialog incident={incident} actions={actions} onClose={close} /> : null}
    </div>
  );
}
