import { createHash, randomBytes } from 'node:crypto';

/** Prefix of the ids of keys in the database; the rest of the id is part of the key. */
const ID_PREFIX = 'serviceaccountkey_';
const KEY_PREFIX = 'fgk_';
/** The rest of a TypeID, then 256 bits in base64url. */
const KEY = /^fgk_([0-7][0-9a-hjkmnp-tv-z]{25})_([A-Za-z0-9_-]{43})$/;

/**
 * Name by which the gateway asks for keys. Not a valid name of an account, so no client has it (access/account-name.ts).
 */
export const GATEWAY_ACCOUNT = 'fleetgraph:gateway';

/** The key of a service account without its secret. */
export interface KeyDigest {
  /** Id of the key. */
  readonly id: string;
  /** SHA-256 of the secret, hexadecimal. The secret has 256 random bits, so it needs neither salt nor iterations. */
  readonly digest: string;
}

/** A new secret, and its digest. */
export function newSecret(): { readonly secret: string; readonly digest: string } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, digest: digestOf(secret) };
}

/** The text of a key, which its holder sends as a bearer token: `fgk_<id>_<secret>`. */
export function keyText(id: string, secret: string): string {
  return `${KEY_PREFIX}${id.slice(ID_PREFIX.length)}_${secret}`;
}

/** Whether a bearer token is meant as a key; the tokens of identity providers (JWT) never start so. */
export function isKeyText(bearer: string): boolean {
  return bearer.startsWith(KEY_PREFIX);
}

/** The id and the digest of a key; undefined if the text has another form. */
export function keyDigest(text: string): KeyDigest | undefined {
  const [, id, secret] = KEY.exec(text) ?? [];
  return id === undefined || secret === undefined
    ? undefined
    : { id: `${ID_PREFIX}${id}`, digest: digestOf(secret) };
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Prefix of the subjects of service accounts; the gateway rejects tokens of users whose `sub` starts so. */
export const SERVICE_ACCOUNT_SUBJECT = 'serviceaccount:';

/** The subject of a service account: the name by which clusters, events and the audit log know it. */
export function serviceAccountSubject(name: string): string {
  return `${SERVICE_ACCOUNT_SUBJECT}${name}`;
}
