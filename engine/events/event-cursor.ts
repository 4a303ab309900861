import { type KeyObject, createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import { throwProblem } from '../../kernel/result.js';

/** A key that signs cursors. */
export interface CursorKey {
  /** Written into each cursor, so that the reader finds the key that verifies it. */
  readonly id: string;
  readonly key: Uint8Array;
}

/** A key as `KeyObject`: creating one from bytes for each cursor costs seven times as much as signing. */
interface SigningKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The stream of a cursor. */
export interface CursorScope {
  readonly account: string;
  /** The subscription field. */
  readonly field: string;
  /** Its arguments, without `after`. */
  readonly args?: unknown;
}

/** A position in a stream. */
export interface StreamPosition {
  readonly sequence: bigint;
  /** Further data of the stream; signed with the rest. */
  readonly extra?: string | undefined;
}

/** Replaces the digest of a stream in cursors of event lists: every stream of the account can resume after them. */
const ANY = 'any';
const SIGNATURE_LENGTH = 22;
const DIGEST_LENGTH = 16;

/**
 * Signs and verifies the cursors of event streams. A cursor is valid only for the account, field and arguments of its
 * stream. The first key signs; all keys are accepted, so that keys can be rotated: add the new key in front on every
 * process, and remove the old key when its cursors may become invalid.
 */
export class EventCursors {
  private readonly keys: readonly SigningKey[];

  constructor(keys: Uint8Array | readonly CursorKey[]) {
    const cursorKeys = keys instanceof Uint8Array ? [{ id: idOf(keys), key: keys }] : keys;
    this.keys = cursorKeys.map(({ id, key }) => ({ id, key: createSecretKey(key) }));
    if (this.keys.length === 0) throw new Error('cursors need a key');
  }

  /** The cursors of one stream. */
  of({ account, field, args }: CursorScope): StreamCursors {
    return new StreamCursors(this.keys, account, digest([field, args ?? {}]));
  }

  /** The cursors of event lists: each of the account's event streams can resume after them. */
  ofLists(account: string): StreamCursors {
    return new StreamCursors(this.keys, account, ANY);
  }

  /**
   * The sequence of a cursor of any stream of the account, for reads that must not be older. Throws `INVALID_CURSOR`.
   */
  sequenceOf(account: string, cursor: string): bigint {
    return read(this.keys, account, cursor)?.sequence ?? invalid();
  }
}

/** Encodes and decodes the cursors of one stream. */
export class StreamCursors {
  constructor(
    private readonly keys: readonly SigningKey[],
    private readonly account: string,
    /** Digest of field and arguments. */
    private readonly stream: string,
  ) {}

  /** The cursor of a position. */
  encode({ sequence, extra = '' }: StreamPosition): string {
    const [key] = this.keys as [SigningKey];
    const body = `${key.id}.${sequence.toString(36)}.${Buffer.from(extra).toString('base64url')}.${this.stream}`;
    return `${body}.${sign(key, this.account, body)}`;
  }

  /**
   * The position of a cursor; its signature is verified first. Throws `INVALID_CURSOR` when it is malformed, tampered with, signed with a key that is no longer accepted, or of another account, field or
   * arguments.
   */
  decode(cursor: string): StreamPosition {
    const position = read(this.keys, this.account, cursor);
    return position && (position.stream === this.stream || position.stream === ANY) ? position : invalid();
  }
}

/** The content of a cursor; undefined when no accepted key has signed it for the account. */
function read(
  keys: readonly SigningKey[],
  account: string,
  cursor: string,
): (StreamPosition & { readonly stream: string }) | undefined {
  const parts = cursor.split('.');
  const [id = '', sequence = '', extra = '', stream = '', signature = ''] = parts;
  const key = keys.find((key) => key.id === id);
  if (parts.length !== 5 || !key) return undefined;
  if (!matches(signature, sign(key, account, parts.slice(0, 4).join('.')))) return undefined;
  const text = Buffer.from(extra, 'base64url').toString();
  return { sequence: fromBase36(sequence), extra: text === '' ? undefined : text, stream };
}

function idOf(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

function sign({ key }: SigningKey, account: string, body: string): string {
  return createHmac('sha256', key)
    .update(`${account}\n${body}`)
    .digest('base64url')
    .slice(0, SIGNATURE_LENGTH);
}

function matches(signature: string, expected: string): boolean {
  const [a, b] = [Buffer.from(signature), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function fromBase36(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * 36n + BigInt(parseInt(digit, 36));
  return value;
}

/**
 * Equal for the same field and arguments in any order of keys; an omitted argument counts as null. A change of the text
 * makes all cursors of clients invalid.
 */
function digest(stream: readonly [string, unknown]): string {
  const text = stringify(stream, (_key, value) => value ?? undefined) ?? '';
  return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_LENGTH);
}

function invalid(): never {
  return throwProblem(
    'INVALID_CURSOR',
    'The cursor is malformed, was tampered with, or belongs to another account, field or arguments.',
    { path: ['after'] },
  );
}
