import type { Finding } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { useShownRun } from "./run-context.ts";

/** A finding in words that opens the evidence it cites. */
export function FindingLink({ finding }: { finding: Finding }) {
  const { t, say } = useLanguage();
  const { openEvidence } = useShownRun();
  const cited = finding.evidence[0];
  const text = say(finding.text);
  if (!cited) return <span>{text}</span>;
  return (
    <button
      type="button"
      className="plain-button finding-link"
      onClick={() => openEvidence(cited.id, cited.part)}
      title={t("evidence.open", { text })}
    >
      {text}
    </button>
  );
}
