import { useLanguage } from "../app/language.ts";
import { useState } from "react";
import "./code.css";

/** A text to be copied exactly as it is. */
export function Code({ text, label }: { text: string; label: string }) {
  const { t } = useLanguage();
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false)); // prettier-ignore
  return (
    <div className="code">
      <pre className="mono" aria-label={label} role="group" tabIndex={0}>
        {text}
      </pre>
      <button type="button" className="plain-button code-copy no-print" onClick={copy}>
        {copied ? t("common.copied") : t("common.copy")}
        <span className="unseen"> {label}</span>
      </button>
    </div>
  );
}
