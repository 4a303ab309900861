import { hkdfSync } from 'node:crypto';

/** Purpose of a derived key; each purpose has a separate key. */
export type KeyPurpose =
  | 'actor'
  | 'audit'
  | 'cursor'
  | 'kubesim'
  | 'kubeconfig'
  | 'service-account'
  | 'document'
  | 'fingerprint'
  | 'database-platform'
  | 'database-kubesim';

/** A 256-bit key for one purpose, derived (HKDF-SHA256) from the platform's secret. */
export function deriveKey(secret: string, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'fleetgraph', purpose, 32));
}
