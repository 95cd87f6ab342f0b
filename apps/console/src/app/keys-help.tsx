import { Dialog } from "../ui/dialog.tsx";
import { useLanguage } from "./language.ts";
import "./keys-help.css";

const groups = {
  anywhere: [["⌘K", "palette"], ["?", "help"], ["g i", "incidents"], ["g a", "alerts"], ["g t", "storm"], ["g n", "notifications"], ["g m", "maintenance"], ["g c", "correlation"], ["g q", "quarantine"], ["g u", "audit"], ["g s", "sources"], ["Esc", "escape"]],
  list: [["j", "down"], ["k", "up"], ["x", "select"], ["Enter", "open"], ["/", "search"], ["a", "acknowledge"], ["r", "resolve"]],
  incident: [["a", "acknowledge"], ["r", "resolve"], ["d", "again"], ["c", "comment"], ["1–9", "cause"]],
} as const; // prettier-ignore

/** Every key of the console. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  const { t } = useLanguage();
  return (
    <Dialog onClose={onClose} title={t("keys.title")} size="lg">
      <div className="keys">
        {(Object.keys(groups) as (keyof typeof groups)[]).map((group) => (
          <section key={group}>
            <h3>{t(`keys.${group}`)}</h3>
            <dl>
              {groups[group].map(([key, what]) => (
                <div key={key}>
                  <dt>
                    {key.split(" ").map((one) => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{t(`keys.${what}`)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
