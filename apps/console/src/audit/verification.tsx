import { Button } from "@mantine/core";
import type { AuditVerification } from "@sre/contracts/control-plane";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { auditVerificationQuery } from "../api/audit-queries.ts";
import { useLanguage } from "../app/language.ts";
import { Badge } from "../ui/badge.tsx";
import { Instant } from "../ui/instant.tsx";
import { Panel } from "../ui/panel.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";

function Outcome({ last, checkpoints, working }: { last: AuditVerification; checkpoints: number; working: boolean }) {
  const { t } = useLanguage();
  const { finding, verified_to: count, unsealed } = last;
  if (finding)
    return (
      <>
        <Badge tone="red" sign="✖" strong>
          {t(`audit.finding.${finding.kind}`)}
        </Badge>{" "}
        {finding.position === null ? null : t("audit.firstBad", { position: finding.position })}{" "}
        {finding.id ? <code>{finding.id}</code> : null}
        <p className="quiet small">{t("audit.before", { count })}</p>
      </>
    );
  if (working) return <Badge tone="plain" sign="◌">{t("audit.working", { count })}</Badge>; // prettier-ignore
  return (
    <>
      <Badge tone="green" sign="✓">
        {t("audit.intact")}
      </Badge>{" "}
      {t("audit.upTo", { count })}
      <p className="quiet small">
        {checkpoints === 0 ? t("audit.noCheckpoints") : t("audit.checkpoints", { count: checkpoints })}
        {unsealed > 0 ? ` · ${t("audit.unsealed", { count: unsealed })}` : null}
      </p>
    </>
  );
}

/** Whether the log is as it was sealed: the walk goes on by itself until it is told. */
export function Verification() {
  const { t } = useLanguage();
  const query = useInfiniteQuery(auditVerificationQuery());
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isError } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);
  const pages = query.data?.pages ?? [];
  const last = pages.at(-1);
  const again = (
    <Button size="xs" variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
      {t("audit.verify")}
    </Button>
  );
  return (
    <Panel title={t("audit.verification")} aside={again}>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      <div role="status">
        {query.isPending ? t("audit.working", { count: 0 }) : null}
        {last ? (
          <>
            <Outcome last={last} checkpoints={pages.reduce((sum, page) => sum + page.checkpoints, 0)} working={hasNextPage} />
            <p className="quiet small">
              {t("audit.lookedAt")} <Instant at={new Date(query.dataUpdatedAt).toISOString()} seconds />
            </p>
          </>
        ) : null}
      </div>
    </Panel>
  );
}
