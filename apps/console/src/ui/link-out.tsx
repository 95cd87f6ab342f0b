import { useLanguage } from "../app/language.ts";
import { safeHost } from "../format/link.ts";

/** A link that leaves the console and says where to; anything but http(s) is inert text. */
export function LinkOut({ url, title }: { url: string; title: string }) {
  const { t } = useLanguage();
  const host = safeHost(url);
  if (!host) return <span className="quiet">{title}</span>;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer" title={t("common.newWindow", { host })}>
      {title} <span className="quiet">{host}</span> <span aria-hidden="true">↗</span>
    </a>
  );
}
