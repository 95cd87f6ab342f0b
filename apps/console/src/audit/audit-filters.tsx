import { TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { useLanguage } from "../app/language.ts";
import { readAuditSearch, type AuditSearch } from "../app/search.ts";
import { SearchBox } from "../ui/search-box.tsx";

const texts = ["actor", "service", "object"] as const;
const days = ["from", "to"] as const;

/** Who, about which service, on what, when: all of it in the address. */
export function AuditFilters({ search }: { search: AuditSearch }) {
  const { t } = useLanguage();
  const navigate = useNavigate({ from: "/audit" });
  const inputRef = useRef<HTMLInputElement>(null);
  const go = (change: Record<string, string | undefined>) =>
    void navigate({ search: (before) => readAuditSearch({ ...before, ...change }), replace: true });
  return (
    <div className="filters" role="search">
      {texts.map((name) => (
        <SearchBox
          key={name}
          inputRef={inputRef}
          label={t(`audit.${name}`)}
          hint={t(`audit.${name}`)}
          value={search[name] ?? ""}
          onSearch={(value) => go({ [name]: value })}
        />
      ))}
      {days.map((name) => (
        <TextInput
          key={name}
          type="date"
          aria-label={t(`audit.${name}`)}
          value={search[name] ?? ""}
          onChange={(event) => go({ [name]: event.currentTarget.value })}
        />
      ))}
    </div>
  );
}
