import type { DataOf } from "@sre/contracts/evidence";
import { useLanguage } from "../app/language.ts";
import { threeDigits } from "../format/number.ts";
import { Code } from "../ui/code.tsx";
import { Instant } from "../ui/instant.tsx";
import { Sparkline } from "../ui/sparkline.tsx";
import { citedFirst } from "./cited-first.ts";
import { lineCount } from "./log-patterns.ts";

/** Patterns with their counts and a few lines as they were written. */
export function LogSamples({ data, part }: { data: DataOf<"logs">; part: string | null }) {
  const { t } = useLanguage();
  const patterns = citedFirst(data.patterns, (pattern) => pattern.template === part);
  return (
    <>
      <p className="small quiet">{t("logs.total", { count: data.lines_total })}</p>
      <ul className="cause-lines">
        {patterns.map((pattern) => (
          <li key={`${pattern.template} ${pattern.level} ${pattern.instance}`} className={pattern.template === part ? "cited" : ""}>
            <p className="small">
              {t(`logs.levels.${pattern.level}`)} · {threeDigits(lineCount(pattern.counts))} <Sparkline values={pattern.counts} />{" "}
              <Instant at={pattern.first_at} seconds />–<Instant at={pattern.last_at} seconds />
            </p>
            <Code label={t("logs.sample")} text={pattern.samples.length > 0 ? pattern.samples.join("\n") : pattern.template} />
          </li>
        ))}
      </ul>
    </>
  );
}
