import { createECDH, hkdfSync } from "node:crypto";
import type { JWK } from "oidc-provider";

const scalarBytes = 32;
const attemptsMax = 10;

/** Bytes that depend on the secret and on what they are for (HKDF-SHA-256, RFC 5869). */
export function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "sre-development-issuer", purpose, scalarBytes));
}

/** A P-256 signing key that is the same for the same secret, so that tokens outlive a restart. */
export function signingKey(secret: string): JWK {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const scalar = derive(secret, `signing-key-${attempt}`);
    const ecdh = createECDH("prime256v1");
    try {
      // The few byte strings at or above the order of the curve are no keys.
      ecdh.setPrivateKey(scalar);
    } catch {
      continue;
    }
    const point = ecdh.getPublicKey();
    const part = (from: number): string => point.subarray(from, from + scalarBytes).toString("base64url");
    return {
      kty: "EC",
      crv: "P-256",
      use: "sig",
      alg: "ES256",
      kid: derive(secret, "kid").toString("hex").slice(0, 16),
      x: part(1),
      y: part(1 + scalarBytes),
      d: scalar.toString("base64url"),
    };
  }
  throw new Error("No signing key could be derived.");
}
