const secretName =
  /^(.*[_-])?(authorization|cookie|set-cookie|password|passwd|secret|token|api[_-]?key|private[_-]?key|client[_-]?secret|credentials?)$/i;
const camelSecretName = /(Password|Secret|Token|ApiKey|PrivateKey|Authorization)$/;
const depthMax = 6;
const itemsMax = 200;
const censored = "[redacted]";

const secretTexts: readonly [RegExp, string][] = [
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${censored}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, censored],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${censored}@`],
  [/\b(password|secret|token|api_?key)=[^\s&;"']+/gi, `$1=${censored}`],
];

/** Takes bearer tokens, JWTs, passwords and credentials in URLs out of a text. */
export function scrubText(text: string): string {
  return secretTexts.reduce((scrubbed, [pattern, replacement]) => scrubbed.replace(pattern, replacement), text);
}

function isSecretName(name: string): boolean {
  return secretName.test(name) || camelSecretName.test(name);
}

/** The same for a value: fields with the name of a secret, and secrets inside texts, six levels deep. Errors stay errors, for their serializer. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return scrubText(value);
  if (value === null || typeof value !== "object" || value instanceof Error || value instanceof Date) return value;
  if (depth >= depthMax) return "[deep]";
  if (Array.isArray(value)) return value.slice(0, itemsMax).map((item) => scrub(item, depth + 1));
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const entries = Object.entries(value).slice(0, itemsMax);
  return Object.fromEntries(entries.map(([name, inner]) => [name, isSecretName(name) && inner ? censored : scrub(inner, depth + 1)]));
}
