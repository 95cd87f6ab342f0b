import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { signedInQuery } from "../api/queries.ts";
import { useKeys } from "./keys.ts";
import { useLanguage } from "./language.ts";
import { LiveBadge, LiveProvider } from "./live.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { ProblemNote } from "../ui/problem-note.tsx";

const Palette = lazy(() => import("./palette.tsx").then((module) => ({ default: module.Palette })));
const KeysHelp = lazy(() => import("./keys-help.tsx").then((module) => ({ default: module.KeysHelp })));

function MainLinks() {
  const { t } = useLanguage();
  return (
    <nav aria-label={t("nav.main")} className="shell-links">
      <Link to="/incidents">{t("nav.incidents")}</Link>
      <Link to="/alerts">{t("nav.alerts")}</Link>
      <Link to="/storm">{t("nav.storm")}</Link>
      <Link to="/notifications">{t("nav.notifications")}</Link>
      <Link to="/maintenance">{t("nav.maintenance")}</Link>
      <Link to="/correlation">{t("nav.correlation")}</Link>
      <Link to="/quarantine">{t("nav.quarantine")}</Link>
      <Link to="/sources">{t("nav.sources")}</Link>
    </nav>
  );
}

/** The bar at the top, what opens from it, and the page below. */
export function Shell() {
  const { t } = useLanguage();
  const navigate = useNavigate();
  const session = useQuery(signedInQuery());
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  useKeys({
    "mod+k": () => setOpen("palette"),
    "?": () => setOpen("keys"),
    "g i": () => void navigate({ to: "/incidents" }),
    "g a": () => void navigate({ to: "/alerts" }),
    "g t": () => void navigate({ to: "/storm" }),
    "g c": () => void navigate({ to: "/correlation" }),
    "g n": () => void navigate({ to: "/notifications" }),
    "g m": () => void navigate({ to: "/maintenance" }),
    "g q": () => void navigate({ to: "/quarantine" }),
    "g u": () => void navigate({ to: "/audit" }),
    "g s": () => void navigate({ to: "/sources" }),
  });
  return (
    <LiveProvider>
      <a className="skip" href="#content">
        {t("common.skip")}
      </a>
      <header className="shell-bar no-print">
        <Link to="/incidents" className="shell-name" aria-label={t("common.product")}>
          <span aria-hidden="true" className="shell-mark" />
          <span className="wide-only">{t("common.product")}</span>
        </Link>
        <MainLinks />
        <span className="shell-space" />
        <LiveBadge />
        <button type="button" className="shell-button wide-only" onClick={() => setOpen("palette")}>
          {t("nav.search")} <kbd>⌘K</kbd>
        </button>
        <button type="button" className="shell-button wide-only" onClick={() => setOpen("keys")} aria-label={t("nav.keys")}>
          <kbd>?</kbd>
        </button>
        <PersonMenu onPalette={() => setOpen("palette")} />
      </header>
      <main id="content" className="page" tabIndex={-1}>
        {session.isError ? <ProblemNote error={session.error} onRetry={() => void session.refetch()} /> : null}
        <Outlet />
      </main>
      <Suspense>
        {open === "palette" ? <Palette onClose={() => setOpen(null)} /> : null}
        {open === "keys" ? <KeysHelp onClose={() => setOpen(null)} /> : null}
      </Suspense>
    </LiveProvider>
  );
}
