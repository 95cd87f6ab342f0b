import { parseAllDocuments } from "yaml";
import { fieldsAt, isFields, textAt, type Fields } from "./fields.ts";

const documentsMax = 200;

/** The objects in a YAML text, of one or many documents; a document that is broken or no object of the API is left out. */
export function manifestObjects(text: string): Fields[] {
  if (!/^(?:---|#|apiVersion|kind|metadata|[a-z]\w*:)/m.test(text)) return [];
  const documents = parseAllDocuments(text, { logLevel: "silent" });
  return (Array.isArray(documents) ? documents : [])
    .slice(0, documentsMax)
    .flatMap((document) => {
      const value: unknown = document.errors.length > 0 ? null : document.toJS({ maxAliasCount: 100 });
      return isFields(value) ? [value] : [];
    })
    .filter((object) => textAt(object, "kind") !== "" && textAt(object, "metadata", "name") !== "");
}

/** The object with a namespace, where it names none itself. */
export function inNamespace(object: Fields, namespace: string): Fields {
  return textAt(object, "metadata", "namespace") === "" ? { ...object, metadata: { ...fieldsAt(object, "metadata"), namespace } } : object;
}
