import { Button } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useLanguage } from "../app/language.ts";
import "./sign-in-page.css";

/** Sends people to the issuer; the only page that needs no session. */
export function SignInPage() {
  const { t } = useLanguage();
  const search = useSearch({ from: "/sign-in" });
  const target = `/auth/login?return_to=${encodeURIComponent(search.return_to)}`;
  return (
    <main className="sign-in">
      <span aria-hidden="true" className="shell-mark sign-in-mark" />
      <h1 className="page-title">{t("signIn.title")}</h1>
      <p className="quiet">{t("signIn.text")}</p>
      {search.error ? (
        <p role="alert" className="problem">
          {t("signIn.failed")}
        </p>
      ) : null}
      <Button component="a" href={target} size="md" data-autofocus>
        {t("signIn.button")}
      </Button>
    </main>
  );
}
