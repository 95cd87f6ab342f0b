import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from "node:crypto";
import { canonicalJson } from "@sre/contracts/canonical";
import { z } from "zod";

/** The seal of a row, signed: whoever holds it outside of the database can tell that nothing up to that row was changed. */
export const Checkpoint = z.strictObject({
  position: z.number().int().positive(),
  seal: z.string().regex(/^[0-9a-f]{64}$/),
  signed_at: z.iso.datetime(),
  key_id: z.string().regex(/^[0-9a-f]{16}$/),
  signature: z.base64url().max(200),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** Public keys by their id. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

/** What signs checkpoints, and every key that may have signed one. */
export interface CheckpointKeys {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKeys: PublicKeys;
}

/** The first 16 hex digits of the SHA-256 of the public key (SubjectPublicKeyInfo, DER). */
function keyIdOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);
}

const pemBlock = /-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g;

function requireEd25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== "ed25519") throw new Error("Checkpoints are signed with Ed25519 keys only.");
  return key;
}

/** The Ed25519 public keys of a PEM text, which may hold private ones too. Throws when it holds no key, or one of another kind. */
export function readPublicKeys(pem: string): PublicKeys {
  const keys = (pem.match(pemBlock) ?? []).map((block) => requireEd25519(createPublicKey(block)));
  if (keys.length === 0) throw new Error("There is no key in PEM form.");
  return new Map(keys.map((key) => [keyIdOf(key), key]));
}

/** Signs with the private key of a PEM text; public keys beside it are those of retired ones. Throws when it holds no private key. */
export function readCheckpointKeys(pem: string): CheckpointKeys {
  const own = (pem.match(pemBlock) ?? []).find((block) => block.includes("PRIVATE KEY"));
  if (own === undefined) throw new Error("There is no private key in PEM form.");
  const privateKey = requireEd25519(createPrivateKey(own));
  return { id: keyIdOf(createPublicKey(privateKey)), privateKey, publicKeys: readPublicKeys(pem) };
}

/** A new private key as PEM (PKCS 8). */
export function newCheckpointKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

const signedBytes = ({ position, seal, signed_at, key_id }: Omit<Checkpoint, "signature">) =>
  Buffer.from(canonicalJson({ kind: "audit-checkpoint-1", position, seal, signed_at, key_id }));

/** Signs the end of the chain (Ed25519, RFC 8032). */
export function signCheckpoint(keys: CheckpointKeys, { position, seal, at }: { position: number; seal: string; at: Date }): Checkpoint {
  const unsigned = { position, seal, signed_at: at.toISOString(), key_id: keys.id };
  return { ...unsigned, signature: sign(null, signedBytes(unsigned), keys.privateKey).toString("base64url") };
}

/** Why a checkpoint proves nothing; null when one of the keys signed it. */
export function signatureProblem(checkpoint: Checkpoint, keys: PublicKeys): string | null {
  const key = keys.get(checkpoint.key_id);
  if (key === undefined) return `The checkpoint of row ${checkpoint.position} names the key ${checkpoint.key_id}, which is not known here.`;
  if (verify(null, signedBytes(checkpoint), key, Buffer.from(checkpoint.signature, "base64url"))) return null;
  return `The checkpoint of row ${checkpoint.position} does not bear the signature of the key ${checkpoint.key_id}.`;
}
