import { useLanguage } from "../app/language.ts";
import { entityName } from "../format/entity.ts";
import { kindWord } from "../format/kind-words.ts";

/** A thing by its kind and name; where it lives on hover. */
export function Entity({ id }: { id: string }) {
  const { language } = useLanguage();
  const { kind, name, namespace, cluster } = entityName(id);
  return (
    <span title={[cluster, namespace, kind, name].filter(Boolean).join(" / ")}>
      <span className="quiet">{kindWord(kind, language)}</span> {name}
    </span>
  );
}
