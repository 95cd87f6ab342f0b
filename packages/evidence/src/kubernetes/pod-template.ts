import { addressOf, hostsOf } from "./addresses.ts";
import { at, fieldsAt, listAt, textAt, textsAt, type Fields } from "./fields.ts";

/* What a pod, or the template of a workload, needs: the same form in every kind that makes pods. */

/** The pod spec inside an object: its own, its template's, or its job template's. */
export function podSpecOf(object: Fields): Fields {
  const places = [
    ["spec", "template", "spec"],
    ["spec", "jobTemplate", "spec", "template", "spec"],
  ] as const;
  const inside = places.map((place) => fieldsAt(object, ...place)).find((spec) => "containers" in spec);
  if (inside) return inside;
  const own = fieldsAt(object, "spec");
  return "containers" in own ? own : {};
}

export function templateLabelsOf(object: Fields): Readonly<Record<string, string>> {
  return textsAt(object, "spec", "template", "metadata", "labels");
}

export function containersOf(podSpec: Fields): readonly Fields[] {
  return [...listAt(podSpec, "initContainers"), ...listAt(podSpec, "containers")];
}

/** Image by container, in the order of the containers. */
export function imagesOf(podSpec: Fields): ReadonlyMap<string, string> {
  return new Map(containersOf(podSpec).map((container) => [textAt(container, "name"), textAt(container, "image")]));
}

export interface Need {
  readonly path: string;
  readonly apiKind: "ConfigMap" | "Secret" | "PersistentVolumeClaim" | "Node";
  readonly name: string;
  readonly optional: boolean;
}

const isOptional = (fields: Fields): boolean => fields["optional"] === true;

function volumeNeeds(volume: Fields, path: string): Need[] {
  const [config, secret, claim] = [fieldsAt(volume, "configMap"), fieldsAt(volume, "secret"), fieldsAt(volume, "persistentVolumeClaim")];
  const projected = listAt(volume, "projected", "sources").flatMap((source, index) => {
    const inner = {
      configMap: at(source, "configMap"),
      secret: { ...fieldsAt(source, "secret"), secretName: textAt(source, "secret", "name") },
    };
    return volumeNeeds(inner, `${path}.projected.sources[${index}]`);
  });
  const own: Need[] = [
    { path: `${path}.configMap`, apiKind: "ConfigMap", name: textAt(config, "name"), optional: isOptional(config) },
    { path: `${path}.secret`, apiKind: "Secret", name: textAt(secret, "secretName"), optional: isOptional(secret) },
    { path: `${path}.persistentVolumeClaim`, apiKind: "PersistentVolumeClaim", name: textAt(claim, "claimName"), optional: false },
  ];
  return [...own, ...projected];
}

function environmentNeeds(container: Fields, path: string): Need[] {
  const from = listAt(container, "envFrom").flatMap((entry, index): Need[] => {
    const [config, secret] = [fieldsAt(entry, "configMapRef"), fieldsAt(entry, "secretRef")];
    return [
      { path: `${path}.envFrom[${index}]`, apiKind: "ConfigMap", name: textAt(config, "name"), optional: isOptional(config) },
      { path: `${path}.envFrom[${index}]`, apiKind: "Secret", name: textAt(secret, "name"), optional: isOptional(secret) },
    ];
  });
  const single = listAt(container, "env").flatMap((entry): Need[] => {
    const [config, secret] = [fieldsAt(entry, "valueFrom", "configMapKeyRef"), fieldsAt(entry, "valueFrom", "secretKeyRef")];
    const where = `${path}.env[${textAt(entry, "name")}]`;
    return [
      { path: where, apiKind: "ConfigMap", name: textAt(config, "name"), optional: isOptional(config) },
      { path: where, apiKind: "Secret", name: textAt(secret, "name"), optional: isOptional(secret) },
    ];
  });
  return [...from, ...single];
}

/** The settings, secrets, claims and the node that a pod spec names. */
export function needsOf(podSpec: Fields): Need[] {
  const volumes = listAt(podSpec, "volumes").flatMap((volume) => volumeNeeds(volume, `volumes[${textAt(volume, "name")}]`));
  const containers = containersOf(podSpec).flatMap((container) => environmentNeeds(container, `containers[${textAt(container, "name")}]`));
  const pulls = listAt(podSpec, "imagePullSecrets").map((pull, index): Need => ({
    path: `imagePullSecrets[${index}]`,
    apiKind: "Secret",
    name: textAt(pull, "name"),
    optional: false,
  }));
  const node: Need = { path: "nodeName", apiKind: "Node", name: textAt(podSpec, "nodeName"), optional: false };
  return [...volumes, ...containers, ...pulls, node].filter((need) => need.name !== "");
}

/** Hosts that the environment of a pod spec points to. */
export function hostsNamedBy(podSpec: Fields): string[] {
  const values = containersOf(podSpec).flatMap((container) => listAt(container, "env"));
  return hostsOf(values.flatMap((entry) => addressOf(textAt(entry, "name"), textAt(entry, "value")) ?? []));
}

/** Whether a selector of labels matches; an empty selector matches nothing. */
export function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}
