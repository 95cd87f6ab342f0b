import { NativeSelect, SegmentedControl } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { Ref } from "react";
import { useLanguage } from "../app/language.ts";
import { readListSearch, severities, type ListSearch } from "../app/search.ts";
import { SavedViews } from "../app/saved-views-menu.tsx";
import { SearchBox } from "../ui/search-box.tsx";

const statuses = ["open", "new", "acknowledged", "resolved", "all"] as const;

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
      <SavedViews
        storageKey="sre-saved-views"
        read={readListSearch}
        search={search}
        onChoose={(chosen) => void navigate({ search: chosen })}
      />
    </div>
  );
}
