/* Why an image is not pulled, in the words of containerd, CRI-O, Docker and the registries' HTTP API (OCI Distribution Specification: error codes). */

export type PullTrouble = "unresolved" | "denied" | "not_found" | "ambiguous";

const unresolved =
  /lookup \S{1,253}.{0,80}(no such host|server misbehaving|i\/o timeout|temporary failure)|temporary failure in name resolution|could not resolve host/i;
// Registries and mirrors that do not tell strangers what they have answer like this to both.
const either =
  /pull access denied.{0,200}repository does not exist|repository does not exist or may require|insufficient_scope|from (HEAD|GET) request to \S{1,400}\/manifests\/\S{1,300} 403/i;
const denied =
  /\b(401|403)\b|unauthorized|forbidden|access denied|failed to authorize|authorization failed|authentication required|no basic auth credentials|denied:|FailedToRetrieveImagePullSecret|unable to retrieve some image pull secrets/i;
const notFound =
  /not found|NotFound|manifest unknown|name unknown|no such (image|manifest)|repository does not exist|InvalidImageName|invalid reference format|couldn't parse image|ErrImageNeverPull|is not present with pull policy of Never/i;

/** What is said of a pull that failed; null when it names no reason. Refusal goes before absence: who may not ask is told nothing else. */
export function pullTrouble(said: string): PullTrouble | null {
  if (unresolved.test(said)) return "unresolved";
  if (either.test(said)) return "ambiguous";
  if (denied.test(said)) return "denied";
  return notFound.test(said) ? "not_found" : null;
}
