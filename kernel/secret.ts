import { hkdfSync } from 'node:crypto';

/** What a derived key is for; each purpose gets a key of its own. */
export type KeyPurpose =
  | 'actor'
  | 'cursor'
  | 'kubesim'
  | 'kubeconfig'
  | 'document'
  | 'fingerprint'
  | 'database-platform'
  | 'database-kubesim';

/** A 256-bit key for one purpose, derived (HKDF-SHA256) from the platform's one secret. */
export function deriveKey(secret: string, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'fleetgraph', purpose, 32));
}
