import type { Incident } from "@sre/contracts/control-plane";
import { useLanguage } from "../app/language.ts";
import { Badge, type Tone } from "../ui/badge.tsx";

const severityLook: Record<Incident["severity"], readonly [Tone, string]> = {
  critical: ["red", "✖"],
  error: ["red", "▲"],
  warning: ["amber", "▲"],
  info: ["plain", "●"],
};

const statusLook: Record<Incident["status"], readonly [Tone, string]> = {
  new: ["red", "●"],
  acknowledged: ["amber", "◐"],
  resolved: ["green", "✓"],
};

export function SeverityBadge({ severity, strong = false }: { severity: Incident["severity"]; strong?: boolean }) {
  const { t } = useLanguage();
  const [tone, sign] = severityLook[severity];
  return (
    <Badge tone={tone} sign={sign} strong={strong}>
      {t(`severity.${severity}`)}
    </Badge>
  );
}

export function StatusBadge({ status }: { status: Incident["status"] }) {
  const { t } = useLanguage();
  const [tone, sign] = statusLook[status];
  return (
    <Badge tone={tone} sign={sign}>
      {t(`status.${status}`)}
    </Badge>
  );
}
