import type { Language, LocalizedText } from "@sre/contracts/evidence";
import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import { en } from "../locales/en.ts";
import { zhTW } from "../locales/zh-TW.ts";
import { withLocalClock } from "../format/time.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "page";
    resources: { page: typeof en };
  }
}

const storageKey = "sre-language";
export const languages: readonly { readonly code: Language; readonly name: string }[] = [
  { code: "en", name: "English" },
  { code: "zh-TW", name: "繁體中文" },
];

/** The language to begin with: the one chosen before, else the browser's where the page has it, else English. */
export function firstLanguage(stored: string | null, browser: readonly string[]): Language {
  if (stored === "en" || stored === "zh-TW") return stored;
  const known = browser.find((name) => /^(en|zh)\b/i.test(name)) ?? "en";
  return /^zh/i.test(known) ? "zh-TW" : "en";
}

function mark(language: string): void {
  document.documentElement.lang = language;
}

/** Prepares the texts; the page is drawn after this. */
export async function startLanguage(): Promise<void> {
  const language = firstLanguage(localStorage.getItem(storageKey), navigator.languages);
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    defaultNS: "page",
    resources: { en: { page: en }, "zh-TW": { page: zhTW } },
    // React escapes what it draws.
    interpolation: { escapeValue: false },
  });
  mark(language);
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await i18next.changeLanguage(language);
  mark(language);
}

export type Translate = ReturnType<typeof useTranslation<"page">>["t"];

/** The texts, the language, and `say`, which picks the language of a text that came from the server and tells its clock times in local time. */
export function useLanguage(): { t: Translate; language: Language; say: (text: LocalizedText) => string } {
  const { t, i18n } = useTranslation("page");
  const language: Language = i18n.language === "zh-TW" ? "zh-TW" : "en";
  return { t, language, say: (text) => withLocalClock(text[language] || text.en, new Date()) };
}
