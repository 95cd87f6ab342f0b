import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** What a reply is judged by. */
export interface ObservedReply {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** One operation as the document has it. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly statuses: readonly number[];
}

/** An OpenAPI 3.1 document, as far as replies are judged by it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, PathOperation>>>>;
  readonly components: unknown;
}

interface PathOperation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, DocumentedReply>>;
}

interface DocumentedReply {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

/** Holds replies against a document and remembers which of its operations and statuses were seen. */
export interface ApiContract {
  readonly operations: readonly DocumentedOperation[];
  /** The operation of an id; throws for one that the document does not have. */
  operation(id: string): DocumentedOperation;
  /** Notes a reply; throws an Error that says where it departs from the document. */
  observe(id: string, reply: ObservedReply): void;
  /** `<operation> <status>` of everything declared and not yet observed. */
  missing(): string[];
}

const retryStatuses = new Set([429, 503]);

function operationsOf(document: ApiDocument): (DocumentedOperation & { readonly responses: PathOperation["responses"] })[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, responses }]) => ({
      id: operationId,
      method: method.toUpperCase() as DocumentedOperation["method"],
      path,
      statuses: Object.keys(responses).map(Number),
      responses,
    })),
  );
}

// `$ref` in the document starts at its root, so the components travel with each schema. Patterns say what the formats say.
function compiler(document: ApiDocument): (schema: object) => ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false, validateFormats: false });
  ajv.addVocabulary(["components"]);
  return (schema) => ajv.compile({ allOf: [schema], components: document.components });
}

const isJson = (mediaType: string): boolean => /^application\/(?:[\w.-]+\+)?json\b/.test(mediaType);

function bodyOf(mediaType: string, text: string): unknown {
  return isJson(mediaType) ? (JSON.parse(text) as unknown) : text;
}

/** The declared media type that a header names, parameters beyond the declared ones aside. */
function mediaTypeOf(declared: DocumentedReply["content"], header: string): string | undefined {
  return Object.keys(declared ?? {}).find((type) => header === type || header.startsWith(`${type};`));
}

function problemFault(status: number, headers: ObservedReply["headers"], body: unknown): string | null {
  if ((body as { status?: unknown }).status !== status) return "its problem names another status";
  if (retryStatuses.has(status) && !/^[1-9]\d*$/.test(String(headers["retry-after"]))) return "it does not say when to try again";
  return null;
}

/** What is wrong with a reply, or null. */
function faultOf(declared: DocumentedReply, reply: ObservedReply, compile: (schema: object) => ValidateFunction): string | null {
  const header = typeof reply.headers["content-type"] === "string" ? reply.headers["content-type"] : "";
  if (!declared.content) return reply.text === "" && header === "" ? null : `it should be empty and is ${header}`;
  const mediaType = mediaTypeOf(declared.content, header);
  const schema = mediaType === undefined ? undefined : declared.content[mediaType]?.schema;
  if (mediaType === undefined || schema === undefined) return `it is ${header}, declared is ${Object.keys(declared.content).join(", ")}`;
  const body = bodyOf(mediaType, reply.text);
  const validate = compile(schema);
  if (!validate(body)) return JSON.stringify(validate.errors?.slice(0, 5));
  return reply.status >= 400 ? problemFault(reply.status, reply.headers, body) : null;
}

/** Reads an OpenAPI document as the list of operations and statuses that a suite has to see, each with the schema of its body (JSON Schema 2020-12). */
export function createApiContract(document: ApiDocument): ApiContract {
  const operations = operationsOf(document);
  const compile = compiler(document);
  const seen = new Set<string>();
  const known = (id: string) => {
    const found = operations.find((operation) => operation.id === id);
    if (!found) throw new Error(`The document has no operation ${id}.`);
    return found;
  };
  return {
    operations,
    operation: known,
    observe(id, reply) {
      const declared = known(id).responses[String(reply.status)];
      const fault = declared ? faultOf(declared, reply, compile) : "the document declares no such status";
      if (fault !== null) throw new Error(`${id} answered ${reply.status} outside the document: ${fault}\n${reply.text.slice(0, 500)}`);
      seen.add(`${id} ${reply.status}`);
    },
    missing: () =>
      operations.flatMap(({ id, statuses }) => statuses.map((status) => `${id} ${status}`)).filter((declared) => !seen.has(declared)),
  };
}
