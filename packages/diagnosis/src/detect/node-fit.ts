import type { ClusterObject } from "@sre/contracts/evidence";
import { nameOf } from "../entities.ts";
import { listAt, textAt } from "../fields.ts";
import type { Fields } from "../seen/estate.ts";

/* Whether a node's labels satisfy what a pod asks for (kubernetes.io: Assigning Pods to Nodes). */

const fieldsAt = (fields: Fields, key: string): Fields => {
  const value = fields[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
};

/** The labels that a pod's nodeSelector asks for. */
export function selectorOf(spec: Fields): Readonly<Record<string, string>> {
  const selector = fieldsAt(spec, "nodeSelector");
  return Object.fromEntries(Object.entries(selector).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])));
}

// The kubelet labels its node with its host name, which is the node's own unless somebody says otherwise.
const labelsOf = ({ entity, labels }: ClusterObject): Readonly<Record<string, string>> => ({
  "kubernetes.io/hostname": nameOf(entity),
  ...labels,
});

/** Whether a node has all labels of the nodeSelector. */
export function satisfiesSelector(spec: Fields, node: ClusterObject): boolean {
  const labels = labelsOf(node);
  return Object.entries(selectorOf(spec)).every(([key, value]) => labels[key] === value);
}

const textsIn = (fields: Fields, key: string): string[] => {
  const value = fields[key];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
};

function satisfies(expression: Fields, labels: Readonly<Record<string, string>>): boolean {
  const [key, operator, values] = [textAt(expression, "key"), textAt(expression, "operator"), textsIn(expression, "values")];
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return true;
  }
}

/** Whether a node satisfies the required node affinity: one of its terms, and of that every expression. */
export function satisfiesAffinity(spec: Fields, node: ClusterObject): boolean {
  const required = fieldsAt(fieldsAt(fieldsAt(spec, "affinity"), "nodeAffinity"), "requiredDuringSchedulingIgnoredDuringExecution");
  const terms = listAt(required, "nodeSelectorTerms");
  if (terms.length === 0) return true;
  return terms.some((term) => listAt(term, "matchExpressions").every((expression) => satisfies(expression, labelsOf(node))));
}
