import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { ProblemNote } from "../ui/problem-note.tsx";
import { useLanguage } from "./language.ts";

export function NotFound() {
  const { t } = useLanguage();
  return (
    <main className="page">
      <h1 className="page-title">{t("problem.notFound")}</h1>
      <p>
        <Link to="/incidents">{t("problem.notFoundNext")}</Link>
      </p>
    </main>
  );
}

export function RouteProblem({ error, reset }: ErrorComponentProps) {
  return (
    <main className="page">
      <ProblemNote error={error} onRetry={reset} />
    </main>
  );
}
