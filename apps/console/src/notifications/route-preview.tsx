import { Button, Textarea } from "@mantine/core";
import type { NotificationPreview } from "@sre/contracts/control-plane";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { call } from "../api/client.ts";
import { useLanguage } from "../app/language.ts";
import { Empty, Panel } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";
import { labelsIn } from "./labels-in.ts";

function Steps({ steps }: NotificationPreview) {
  const { t } = useLanguage();
  if (steps.length === 0) return <Empty title={t("notifications.nobody")} />;
  return (
    <ol className="notifications-steps">
      {steps.map(({ after_minutes: minutes, routes }) => (
        <li key={minutes}>
          {minutes === 0 ? t("notifications.atOnce") : t("notifications.after", { count: minutes })}:{" "}
          <strong>{routes.map((route) => `${route.name} → ${route.receivers.map(({ name }) => name).join(", ")}`).join(" · ")}</strong>
        </li>
      ))}
    </ol>
  );
}

/** Asks who would be told of an incident with some labels. */
export function RoutePreview() {
  const { t } = useLanguage();
  const [text, setText] = useState("");
  const asking = useMutation({ mutationFn: (labels: Record<string, string>) => call("previewNotification", { body: { labels } }) });
  const read = labelsIn(text);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (read.bad === null) asking.mutate(read.labels);
  };
  return (
    <Panel title={t("notifications.preview")}>
      <form className="notifications-preview" onSubmit={submit}>
        <Textarea
          label={t("notifications.labels")}
          placeholder={t("notifications.labelsHint")}
          rows={3}
          maxLength={4_000}
          value={text}
          error={read.bad === null ? null : t("notifications.badLine", { line: read.bad })}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" variant="default" loading={asking.isPending} disabled={read.bad !== null}>
            {t("notifications.ask")}
          </Button>
        </div>
      </form>
      <div role="status">{asking.isSuccess ? <Steps steps={asking.data.steps} /> : null}</div>
      {asking.isError ? <ProblemNote error={asking.error} /> : null}
    </Panel>
  );
}
