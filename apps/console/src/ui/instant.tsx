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

/** A stretch of time; the date stands once where both ends are of one day, and a line breaks only between the ends. */
export function Span({ from, to }: { from: string; to: string }) {
  const { language } = useLanguage();
  const now = useNow();
  const name = zoneName(from, language);
  return (
    <span title={`${name} · ${utcTime(from)} – ${utcTime(to)}`}>
      <time dateTime={from} className="no-wrap">
        {localTime(from, { now, language })}–
      </time>
      <wbr />
      <time dateTime={to} className="no-wrap">
        {localTime(to, { now: Date.parse(from), language })}
      </time>
    </span>
  );
}

/** The time since an instant, in words. */
export function useAge(): (at: string) => string {
  const { language } = useLanguage();
  const now = useNow();
  return (at) => durationInWords(now - Date.parse(at), language);
}
