import { Textarea, TextInput } from "@mantine/core";
import type { Matcher } from "@sre/contracts/control-plane";
import { useState } from "react";
import { call } from "../api/client.ts";
import { useRun } from "../api/use-run.ts";
import { useLanguage } from "../app/language.ts";
import { FormDialog } from "../ui/form-dialog.tsx";
import { matchersIn } from "./matcher-text.ts";

const hourMs = 3_600_000;

/** An instant as a field for local time has it. */
function localField(atMs: number): string {
  const at = new Date(atMs);
  return new Date(atMs - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

interface Hiding {
  readonly matchers: Matcher[];
  readonly starts_at: string;
  readonly ends_at: string;
}

/** Asks what is to be hidden and for how long: as a maintenance window of ours, or as a silence of Alertmanager. */
export function HideDialog({ kind, onClose }: { kind: "window" | "silence"; onClose: () => void }) {
  const { t } = useLanguage();
  const { working, run } = useRun([["maintenance-windows"], ["silences"]]);
  const [words, setWords] = useState("");
  const [text, setText] = useState("");
  const [from, setFrom] = useState(() => localField(Date.now()));
  const [until, setUntil] = useState(() => localField(Date.now() + hourMs));
  const { matchers, bad } = matchersIn(text);
  const isWindow = kind === "window";
  const send = () => {
    if (bad !== null) return Promise.resolve(false);
    const hiding: Hiding = { matchers, starts_at: new Date(from).toISOString(), ends_at: new Date(until).toISOString() };
    return run(
      () =>
        isWindow
          ? call("createMaintenanceWindow", { body: { ...hiding, reason: words.trim() } })
          : call("createSilence", { body: { ...hiding, comment: words.trim() } }),
      t(isWindow ? "maintenance.announced" : "maintenance.silenced"),
    );
  };
  const title = t(isWindow ? "maintenance.announce" : "maintenance.silence");
  return (
    <FormDialog title={title} send={title} working={working} onSend={send} onClose={onClose}>
      <TextInput
        data-autofocus
        required
        label={t(isWindow ? "maintenance.reason" : "maintenance.comment")}
        maxLength={500}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Textarea
        required
        label={t("maintenance.matchers")}
        description={t("maintenance.matchersHint")}
        rows={3}
        maxLength={4_000}
        value={text}
        error={bad === null ? null : t("maintenance.badMatcher", { line: bad })}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <TextInput
        required
        type="datetime-local"
        label={t("maintenance.from")}
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        required
        type="datetime-local"
        label={t("maintenance.until")}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
