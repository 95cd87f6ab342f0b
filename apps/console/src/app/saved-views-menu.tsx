import { Button, Menu, TextInput } from "@mantine/core";
import { useState } from "react";
import { useLanguage } from "./language.ts";
import { parseViews, withView, type ReadSearch, type SavedView } from "./saved-views.ts";

interface Views<Search> {
  /** Under which the browser keeps the views of this list. */
  readonly storageKey: string;
  readonly read: ReadSearch<Search>;
  readonly search: Search;
  readonly onChoose: (search: Search) => void;
}

/** Views of a list that were saved under a name: each is an address, kept by the browser. */
export function SavedViews<Search>({ storageKey, read, search, onChoose }: Views<Search>) {
  const { t } = useLanguage();
  const [views, setViews] = useState(() => parseViews(localStorage.getItem(storageKey), read));
  const [name, setName] = useState("");
  const change = (next: SavedView<Search>[]) => {
    setViews(next);
    localStorage.setItem(storageKey, JSON.stringify(next));
  };
  return (
    <Menu withinPortal position="bottom-end" width={280} closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default">{t("list.saved")}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {views.length === 0 ? <Menu.Label>{t("list.noSaved")}</Menu.Label> : null}
        {views.map((view) => (
          <Menu.Item key={view.name} onClick={() => onChoose(view.search)}>
            {view.name}
          </Menu.Item>
        ))}
        {views.map((view) => (
          <Menu.Item key={`remove ${view.name}`} c="dimmed" onClick={() => change(views.filter((each) => each.name !== view.name))}>
            {t("list.remove", { name: view.name })}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <form
          className="save-view"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) change(withView(views, { name: name.trim(), search }));
            setName("");
          }}
        >
          <TextInput
            aria-label={t("list.saveName")}
            placeholder={t("list.saveName")}
            value={name}
            maxLength={60}
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => event.stopPropagation()}
          />
          <Button type="submit" variant="default">
            {t("list.save")}
          </Button>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
