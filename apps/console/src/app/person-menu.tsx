import { Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { call } from "../api/client.ts";
import { signedInQuery } from "../api/queries.ts";
import { chooseLanguage, languages, useLanguage } from "./language.ts";

const schemes: readonly MantineColorScheme[] = ["light", "dark", "auto"];

function Choice({ name, chosen, onChoose }: { name: string; chosen: boolean; onChoose: () => void }) {
  return (
    <Menu.RadioItem value={name} checked={chosen} onChange={onChoose} closeMenuOnClick>
      {name}
    </Menu.RadioItem>
  );
}

/** Language, appearance and signing out. */
export function PersonMenu({ onPalette }: { onPalette: () => void }) {
  const { t, language } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const session = useQuery(signedInQuery());
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    const signedOut = await call("signOut", {}).catch(() => null);
    client.clear();
    if (signedOut?.issuer_sign_out_url) return location.assign(signedOut.issuer_sign_out_url);
    await navigate({ to: "/sign-in", search: { return_to: "/incidents" } });
  };
  return (
    <Menu position="bottom-end" withinPortal width={220}>
      <Menu.Target>
        <button type="button" className="shell-button" aria-label={t("nav.appearance")}>
          <span aria-hidden="true">☰</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {session.data ? <Menu.Label>{t("nav.signedInAs", { name: session.data.name })}</Menu.Label> : null}
        <Menu.Item onClick={onPalette}>{t("palette.title")}</Menu.Item>
        <Menu.Item onClick={() => void navigate({ to: "/audit" })}>{t("nav.audit")}</Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("language.title")}</Menu.Label>
        {languages.map(({ code, name }) => (
          <Choice key={code} name={name} chosen={language === code} onChoose={() => void chooseLanguage(code)} />
        ))}
        <Menu.Divider />
        <Menu.Label>{t("scheme.title")}</Menu.Label>
        {schemes.map((scheme) => (
          <Choice key={scheme} name={t(`scheme.${scheme}`)} chosen={colorScheme === scheme} onChoose={() => setColorScheme(scheme)} />
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void leave()}>{t("nav.signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
