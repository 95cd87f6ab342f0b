import { Button, Menu, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState, type Ref } from "react";
import { useLanguage } from "../app/language.ts";
import { readListSearch, severities, type ListSearch } from "../app/search.ts";
import { SearchBox } from "../ui/search-box.tsx";
import { loadViews, storeViews, withView, type SavedView } from "./saved-views.ts";

const statuses = ["open", "new", "acknowledged", "resolved", "all"] as const;

function SavedViews({ search, onChoose }: { search: ListSearch; onChoose: (search: ListSearch) => void }) {
  const { t } = useLanguage();
  const [views, setViews] = useState<SavedView[]>(loadViews);
  const [name, setName] = useState("");
  const change = (next: SavedView[]) => {
    setViews(next);
    storeViews(next);
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

/** Status, severity and text: all of it in the address. */
export function ListFilters({ search, searchRef }: { search: ListSearch; searchRef: Ref<HTMLInputElement> }) {
  const { t } = useLanguage();
  const navigate = useNavigate({ from: "/incidents" });
  const go = (change: Record<string, string | undefined>, replace = false) =>
    void navigate({ search: (before) => readListSearch({ ...before, ...change }), replace });
  return (
    <div className="filters" role="search">
      <SegmentedControl
        aria-label={t("status.label")}
        value={search.status ?? "open"}
        onChange={(value) => go({ status: value === "open" ? undefined : value })}
        data={statuses.map((value) => ({ value, label: t(`status.${value}`) }))}
      />
      <NativeSelect
        aria-label={t("severity.label")}
        value={search.severity ?? ""}
        onChange={(event) => go({ severity: event.currentTarget.value || undefined })}
        data={[{ value: "", label: t("severity.any") }, ...severities.map((value) => ({ value, label: t(`severity.${value}`) }))]}
      />
      <SearchBox
        inputRef={searchRef}
        label={t("list.search")}
        hint={t("list.searchHint")}
        value={search.q ?? ""}
        onSearch={(q) => go({ q }, true)}
      />
      <SavedViews search={search} onChoose={(chosen) => void navigate({ search: chosen })} />
    </div>
  );
}
