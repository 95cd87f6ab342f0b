import { RequestFailed } from "../api/client.ts";
import { useLanguage } from "../app/language.ts";
import "./problem-note.css";

/** Why something is not here and what to do next; never shown as calm. */
export function ProblemNote({ error, onRetry, what }: { error: unknown; onRetry?: () => void; what?: string }) {
  const { t } = useLanguage();
  const failed = error instanceof RequestFailed ? error : null;
  const problem = failed?.problem;
  return (
    <div className="problem" role="alert">
      <p>
        <span aria-hidden="true">✖ </span>
        {what ? `${what}: ` : ""}
        {problem ? problem.detail : failed ? t(`problem.${failed.kind}`) : t("problem.crashed")}
      </p>
      {problem?.next_step ? <p className="small">{t("problem.next", { step: problem.next_step })}</p> : null}
      {problem?.trace_id ? <p className="mono">{t("problem.trace", { id: problem.trace_id })}</p> : null}
      {onRetry ? (
        <button type="button" className="plain-button" onClick={onRetry}>
          {t("common.retry")}
        </button>
      ) : null}
    </div>
  );
}
