import { type KeyObject, createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { throwProblem } from '../../kernel/result.js';

/** A key that cursors are signed with. */
export interface CursorKey {
  /** Stands in each cursor, so that it is known which key to check it with. */
  readonly id: string;
  readonly key: Uint8Array;
}

/** The same, made ready once: of bytes a key would be made for each cursor, which costs seven times the signing. */
interface SigningKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** Whose stream of what a cursor is a position in. */
export interface CursorScope {
  readonly account: string;
  /** The subscription field. */
  readonly field: string;
  /** Its arguments, all but `after`. */
  readonly args?: unknown;
}

/** A position in a stream. */
export interface StreamPosition {
  readonly sequence: bigint;
  /** Further facts of the stream's own; signed with the rest. */
  readonly extra?: string | undefined;
}

/** In place of a stream in cursors of lists of events: any stream of the account may begin behind them. */
const ANY = 'any';
const SIGNATURE_LENGTH = 22;
const DIGEST_LENGTH = 16;

/**
 * Signs and checks the cursors of event streams. A cursor is worth something only for the account, field and
 * arguments that it was made for. The first key signs; all of them are accepted, so that keys can be changed: add the
 * new one in front on every process, and take the old one out when its cursors are not worth keeping any more.
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

  /** The cursors of events in lists: behind them each of the account's event streams can begin. */
  ofLists(account: string): StreamCursors {
    return new StreamCursors(this.keys, account, ANY);
  }

  /**
   * The event that a cursor of any of the account's streams stands at, for who wants to see no less than that. Refuses
   * `INVALID_CURSOR`.
   */
  sequenceOf(account: string, cursor: string): bigint {
    return read(this.keys, account, cursor)?.sequence ?? invalid();
  }
}

/** Makes and reads the cursors of one stream. */
export class StreamCursors {
  constructor(
    private readonly keys: readonly SigningKey[],
    private readonly account: string,
    /** Digest of field and arguments. */
    private readonly stream: string,
  ) {}

  /** The cursor that stands at a position. */
  encode({ sequence, extra = '' }: StreamPosition): string {
    const [key] = this.keys as [SigningKey];
    const body = `${key.id}.${sequence.toString(36)}.${Buffer.from(extra).toString('base64url')}.${this.stream}`;
    return `${body}.${sign(key, this.account, body)}`;
  }

  /**
   * The position a cursor stands at. Nothing of it is used before its signature is checked. Refuses `INVALID_CURSOR`
   * when it is malformed, tampered with, signed with a key that is no longer accepted, or of another account, field or
   * arguments.
   */
  decode(cursor: string): StreamPosition {
    const position = read(this.keys, this.account, cursor);
    return position && (position.stream === this.stream || position.stream === ANY) ? position : invalid();
  }
}

/** What a cursor says, if the account's cursors are signed like this. */
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

/** The same for the same field and arguments, whatever the order of their keys; what is left out is as null. */
function digest(stream: readonly [string, unknown]): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(stream)))
    .digest('base64url')
    .slice(0, DIGEST_LENGTH);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

function invalid(): never {
  return throwProblem(
    'INVALID_CURSOR',
    'The cursor is malformed, was tampered with, or belongs to another account, field or arguments.',
    { path: ['after'] },
  );
}
