import { createHmac, timingSafeEqual } from 'node:crypto';
import { refuse } from './result.js';

/** Signs and checks the cursors of event streams: a position in one account's event log. */
export class EventCursors {
  constructor(private readonly key: Uint8Array) {}

  /** The cursor after which the event with this sequence has been seen. */
  encode(account: string, sequence: bigint): string {
    const body = Buffer.from(JSON.stringify([1, account, sequence.toString()])).toString('base64url');
    return `${body}.${this.sign(body)}`;
  }

  /**
   * The sequence a cursor stands at. Refuses `INVALID_CURSOR` when it is malformed, tampered with or another
   * account's.
   */
  decode(account: string, cursor: string): bigint {
    const [body, signature, ...rest] = cursor.split('.');
    if (!body || !signature || rest.length > 0 || !this.verify(body, signature)) return invalid();
    const [version, owner, sequence] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [
      number,
      string,
      string,
    ];
    if (version !== 1 || owner !== account) return invalid();
    return BigInt(sequence);
  }

  private sign(body: string): string {
    return createHmac('sha256', this.key).update(body).digest('base64url').slice(0, 22);
  }

  private verify(body: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(body));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

function invalid(): never {
  return refuse('INVALID_CURSOR', 'The cursor is malformed or belongs to another account.', {
    path: ['after'],
  });
}
