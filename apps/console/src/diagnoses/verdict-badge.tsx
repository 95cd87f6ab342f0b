import type { Verdict } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { confidence as confidenceText } from "../format/number.ts";
import { Badge, type Tone } from "../ui/badge.tsx";

const look: Record<Verdict, readonly [Tone, string]> = {
  confirmed: ["accent", "●"],
  likely: ["accent", "◐"],
  inconclusive: ["amber", "?"],
  nothing_wrong: ["green", "✓"],
};

/** The verdict in a word, with its confidence as a number where it has one. */
export function VerdictBadge({ verdict, confidence, strong = false }: { verdict: Verdict; confidence: number | null; strong?: boolean }) {
  const { t } = useLanguage();
  const [tone, sign] = look[verdict];
  return (
    <Badge tone={tone} sign={sign} strong={strong}>
      {t(`verdict.${verdict}`)}
      {confidence === null ? null : (
        <>
          {" "}
          <span title={t("verdict.confidence", { value: confidenceText(confidence) })}>{confidenceText(confidence)}</span>
        </>
      )}
    </Badge>
  );
}
