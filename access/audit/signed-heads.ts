import { type KeyObject, createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

/** The end of a chain at a time. */
export interface ChainHead {
  readonly account: string;
  readonly sequence: bigint;
  readonly hash: Uint8Array;
  readonly at: Date;
}

/** DER of an Ed25519 private key in PKCS #8, without the 32 bytes of the key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The Ed25519 key that signs the heads of audit logs, derived from the platform's secret. */
export class HeadKey {
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;
  /** Id of the key: the start of the hash of its public part. */
  readonly id: string;

  /** `seed` is a key of 32 bytes for the purpose `audit`; see kernel/secret.ts. */
  constructor(seed: Uint8Array) {
    this.privateKey = createPrivateKey({
      key: Buffer.concat([PKCS8_PREFIX, seed]),
      format: 'der',
      type: 'pkcs8',
    });
    this.publicKey = createPublicKey(this.privateKey);
    const der = this.publicKey.export({ format: 'der', type: 'spki' });
    this.id = createHash('sha256').update(der).digest('hex').slice(0, 16);
  }

  sign(head: ChainHead): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(sign(null, signedText(head), this.privateKey));
  }

  verifies(head: ChainHead, signature: Uint8Array): boolean {
    return verify(null, signedText(head), this.publicKey, signature);
  }
}

function signedText({ account, sequence, hash, at }: ChainHead): Buffer {
  const text = [
    'fleetgraph audit head',
    account,
    sequence,
    Buffer.from(hash).toString('hex'),
    at.toISOString(),
  ];
  return Buffer.from(text.join('\n'));
}
