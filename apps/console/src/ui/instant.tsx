import { useLanguage } from "../app/language.ts";
import { durationInWords, localTime, utcTime, zoneName } from "../format/time.ts";
import { useNow } from "./now.ts";

/** A local clock time that tells its zone and UTC on hover. */
export function Instant({ at, seconds = false, zone = false }: { at: string; seconds?: boolean; zone?: boolean }) {
  const { language } = useLanguage();
  const now = useNow();
  const text = localTime(at, { now, language, seconds });
  const name = zoneName(at, language);
  return (
    <time dateTime={at} title={`${text} ${name} · ${utcTime(at)}`}>
      {text}
      {zone ? ` ${name}` : ""}
    </time>
  );
}

/** The time since an instant, in words. */
export function useAge(): (at: string) => string {
  const { language } = useLanguage();
  const now = useNow();
  return (at) => durationInWords(now - Date.parse(at), language);
}
