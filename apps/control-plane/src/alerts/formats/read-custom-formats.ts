import { CustomFormats as FormatsFile } from "@sre/contracts/webhooks";
import { ConfigurationError } from "@sre/service-kit";
import { parse } from "yaml";
import { isChangeFormat } from "../../changes/formats/index.ts";
import { formats, type CustomFormats } from "./index.ts";

const name = "SENDER_FORMATS_FILE";
const aliasesMax = 100;

function refuse(problem: string): never {
  throw new ConfigurationError([{ name, problem }]);
}

function parsed(path: string, readFile: (path: string) => string): unknown {
  let text: string;
  try {
    text = readFile(path);
  } catch {
    return refuse("names a file that cannot be read");
  }
  try {
    return parse(text, { maxAliasCount: aliasesMax });
  } catch {
    return refuse("must be YAML or JSON");
  }
}

/** The formats of the operator's file; none without one. Throws a ConfigurationError that names the place at fault. */
export function readCustomFormats(path: string | undefined, readFile: (path: string) => string): CustomFormats {
  if (path === undefined) return new Map();
  const file = FormatsFile.safeParse(parsed(path, readFile));
  if (!file.success) {
    const [issue] = file.error.issues;
    return refuse(`is not valid at ${issue?.path.map(String).join(".") || "the top"}: ${issue?.message ?? ""}`);
  }
  const taken = Object.keys(file.data.formats).find((one) => Object.hasOwn(formats, one) || isChangeFormat(one));
  if (taken !== undefined) refuse(`gives the name ${taken}, which a built-in format has`);
  return new Map(Object.entries(file.data.formats));
}
