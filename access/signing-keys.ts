import { createHmac } from 'node:crypto';
import {
  type CryptoKey,
  type JWK,
  type JWTPayload,
  type JWTVerifyOptions,
  calculateJwkThumbprint,
  createRemoteJWKSet,
  errors,
  exportJWK,
  jwtVerify,
} from 'jose';
import type { Log } from '../kernel/log.js';

/** The source of the keys with which clients' tokens are signed. */
export type KeySource =
  | {
      /** Tokens signed with HS256 and this secret, at least 32 characters. */
      readonly kind: 'secret';
      readonly secret: string;
    }
  | {
      /** Tokens signed with a key of the JSON Web Key Set at this URL. */
      readonly kind: 'jwks';
      readonly url: string;
      /** Milliseconds between two reads: a withdrawn key is accepted for at most this long. Default 5,000. */
      readonly interval?: number;
    };

/** The claims of a verified token, and the key that signed it. */
export interface VerifiedToken {
  readonly payload: JWTPayload;
  readonly keyId: string;
}

/** The keys of clients' tokens. */
export interface SigningKeys extends Disposable {
  /** Verifies signature and claims; throws the errors of jose. */
  verify(token: string, expected: JWTVerifyOptions): Promise<VerifiedToken>;
  /** Whether tokens signed with the key of this id are accepted now. */
  accepts(keyId: string): boolean;
}

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const INTERVAL = 5_000;

export interface KeyEvents {
  readonly log: Log;
  /** Called when the key set has changed. */
  readonly changed?: (() => void) | undefined;
}

/**
 * Opens the keys of a source. A key set is read immediately and then periodically; while it is unavailable, the
 * previous keys remain valid.
 */
export function openSigningKeys(source: KeySource, events: KeyEvents): SigningKeys {
  return source.kind === 'secret' ? secretKeys(source.secret) : new KeySet(source, events);
}

function secretKeys(text: string): SigningKeys {
  const secret = new TextEncoder().encode(text);
  // Kubeconfigs contain the id: it must not reveal more of the secret than the signature of a token does.
  const id = createHmac('sha256', secret).update('id of the key').digest('base64url');
  return {
    async verify(token, expected) {
      const { payload } = await jwtVerify(token, secret, { ...expected, algorithms: ['HS256'] });
      return { payload, keyId: id };
    },
    accepts: (keyId) => keyId === id,
    [Symbol.dispose]: () => undefined,
  };
}

/** Keys by their thumbprints (RFC 7638): a new key under an old `kid` is another key. */
class KeySet implements SigningKeys {
  private readonly keys;
  private ids: ReadonlySet<string> = new Set();
  private readonly thumbprints = new WeakMap<CryptoKey, string>();
  /** `kid` of the invalid keys that were logged. */
  private readonly invalid = new Set<string>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    { url, interval = INTERVAL }: KeySource & { readonly kind: 'jwks' },
    private readonly events: KeyEvents,
  ) {
    this.keys = createRemoteJWKSet(new URL(url));
    this.timer = setInterval(() => void this.poll(), interval);
    this.timer.unref();
    void this.poll();
  }

  async verify(token: string, expected: JWTVerifyOptions): Promise<VerifiedToken> {
    const { payload, key } = await jwtVerify(token, this.keys, { ...expected, algorithms: ASYMMETRIC });
    const keyId = await this.idOf(key);
    // jose reads the set before the interval ends if the `kid` is unknown.
    if (!this.ids.has(keyId)) this.ids = new Set([...this.ids, keyId]);
    return { payload, keyId };
  }

  accepts(keyId: string): boolean {
    return this.ids.has(keyId);
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private async idOf(key: CryptoKey): Promise<string> {
    const id = this.thumbprints.get(key) ?? (await calculateJwkThumbprint(await exportJWK(key)));
    this.thumbprints.set(key, id);
    return id;
  }

  private async poll(): Promise<void> {
    const { changed, log } = this.events;
    if (!(await this.reload())) return;
    try {
      changed?.();
    } catch (err) {
      log.error({ err }, 'a key was withdrawn, but its clients could not be checked again');
    }
  }

  /** Reads the key set; returns whether a key was withdrawn. */
  private async reload(): Promise<boolean> {
    try {
      await this.keys.reload();
      const found = await Promise.all((this.keys.jwks()?.keys ?? []).map((key) => this.thumbprint(key)));
      const previous = this.ids;
      const ids = new Set(found.filter((id) => id !== undefined));
      this.ids = ids;
      return [...previous].some((id) => !ids.has(id));
    } catch (err) {
      this.events.log.warn({ err }, 'the key set cannot be read; the previous keys stay valid');
      return false;
    }
  }

  /** Undefined for a key of an unsupported type, and for an invalid key, which must not disable the other keys. */
  private async thumbprint(jwk: JWK): Promise<string | undefined> {
    try {
      return await calculateJwkThumbprint(jwk);
    } catch (err) {
      const name = jwk.kid ?? '';
      if (!(err instanceof errors.JOSENotSupported) && !this.invalid.has(name)) {
        this.invalid.add(name);
        this.events.log.warn({ err, kid: jwk.kid }, 'the key set has an invalid key; it is ignored');
      }
      return undefined;
    }
  }
}
