import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type KeyboardEvent } from "react";
import { incidentsQuery } from "../api/queries.ts";
import { Dialog } from "../ui/dialog.tsx";
import { chooseLanguage, languages, useLanguage } from "./language.ts";
import "./palette.css";

/** Most entries that are listed at once. */
const entriesMax = 12;

interface Entry {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly run: () => void;
}

function useEntries(): Entry[] {
  const { t } = useLanguage();
  const navigate = useNavigate();
  const incidents = useQuery(incidentsQuery({ status: "all" }));
  const pages: Entry[] = [
    { id: "incidents", group: t("palette.pages"), title: t("nav.incidents"), run: () => void navigate({ to: "/incidents" }) },
    ...(["alerts", "storm", "notifications", "maintenance", "correlation", "quarantine", "audit"] as const).map((id) => ({
      id,
      group: t("palette.pages"),
      title: t(`nav.${id}`),
      run: () => void navigate({ to: `/${id}` }),
    })),
    { id: "sources", group: t("palette.pages"), title: t("nav.sources"), run: () => void navigate({ to: "/sources" }) },
  ];
  const found = (incidents.data?.items ?? []).map((incident) => ({
    id: incident.id,
    group: t("palette.incidents"),
    title: `#${incident.number} ${incident.title}`,
    run: () => void navigate({ to: "/incidents/$incidentId", params: { incidentId: incident.id } }),
  }));
  const actions = languages.map(({ code, name }) => ({
    id: code,
    group: t("palette.actions"),
    title: name,
    run: () => void chooseLanguage(code),
  }));
  return [...pages, ...found, ...actions];
}

/** Goes to any page or incident by name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useLanguage();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const wanted = text.trim().toLowerCase();
  const entries = useEntries().filter((entry) => entry.title.toLowerCase().includes(wanted)).slice(0, entriesMax); // prettier-ignore
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const move = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (move) {
      event.preventDefault();
      setChosen((at) => Math.max(0, Math.min(entries.length - 1, at + move)));
    } else if (event.key === "Enter") run(entries[chosen]);
  };
  return (
    <Dialog onClose={onClose} title={t("palette.title")} size="lg">
      <TextInput
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls="palette-entries"
        aria-activedescendant={entries[chosen] ? `palette-${entries[chosen].id}` : ""}
        aria-label={t("palette.placeholder")}
        placeholder={t("palette.placeholder")}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      <ul id="palette-entries" role="listbox" aria-label={t("palette.title")} className="palette">
        {entries.map((entry, index) => (
          <li key={entry.id} id={`palette-${entry.id}`} role="option" aria-selected={index === chosen} onClick={() => run(entry)}>
            <span>{entry.title}</span> <span className="quiet small">{entry.group}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 ? <p className="quiet">{t("palette.none")}</p> : null}
    </Dialog>
  );
}
