import { useLanguage } from "../app/language.ts";
import { FeedbackPanel } from "./feedback-panel.tsx";
import { PreviewPanel } from "./preview-panel.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import "./correlation-page.css";

/** By which numbers alerts are grouped, what others would make of them, and what people changed by hand. */
export function CorrelationPage() {
  const { t } = useLanguage();
  return (
    <div className="correlation">
      <h1 className="page-title">{t("correlation.title")}</h1>
      <p className="quiet">{t("correlation.text")}</p>
      <SettingsPanel />
      <PreviewPanel />
      <FeedbackPanel />
    </div>
  );
}
