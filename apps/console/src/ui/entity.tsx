import { entityName } from "../format/entity.ts";

/** A thing by its kind and name; where it lives on hover. */
export function Entity({ id }: { id: string }) {
  const { kind, name, namespace, cluster } = entityName(id);
  return (
    <span title={[cluster, namespace, kind, name].filter(Boolean).join(" / ")}>
      <span className="quiet">{kind}</span> {name}
    </span>
  );
}
