import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { EventCursors } from '../../../engine/events/event-cursor.js';
import { ProblemError } from '../../../kernel/result.js';
import { cursorKeys } from '../../../roles/cursor-keys.js';

const cursors = new EventCursors(randomBytes(32));
const scope = { account: 'acme', field: 'events', args: { filter: { types: ['A'], clusterId: 'c1' } } };

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0]?.code;
    throw error;
  }
  return undefined;
}

const invalid = (work: () => unknown) => expect(codeOf(work)).toBe('INVALID_CURSOR');

describe('a cursor', () => {
  test.each([0n, 1n, 35n, 36n, 2n ** 62n])('encodes the position %s', (sequence) => {
    const stream = cursors.of(scope);
    expect(stream.decode(stream.encode({ sequence }))).toMatchObject({ sequence, extra: undefined });
    const extra = 'a~b.c ü';
    expect(stream.decode(stream.encode({ sequence, extra }))).toMatchObject({ sequence, extra });
  });

  test('is valid for the same arguments in any order, with null as an omitted argument', () => {
    const cursor = cursors.of(scope).encode({ sequence: 7n });
    const args = { filter: { clusterId: 'c1', operationId: null, types: ['A'] }, other: undefined };
    expect(cursors.of({ ...scope, args }).decode(cursor).sequence).toBe(7n);
  });

  test('has the same digest of field and arguments in all releases', () => {
    const filter = { levels: ['WARNING'], since: new Date(0), clusterId: null, types: undefined };
    const cursor = cursors.of({ account: 'acme', field: 'eventStream', args: { filter, first: 10 } });
    expect(cursor.encode({ sequence: 7n }).split('.')[3]).toBe('FoPqeQ31z59IvRG-');
  });

  test('is invalid for another account, field or arguments', () => {
    const cursor = cursors.of(scope).encode({ sequence: 7n });
    invalid(() => cursors.of({ ...scope, account: 'other' }).decode(cursor));
    invalid(() => cursors.of({ ...scope, field: 'scalingEvents' }).decode(cursor));
    invalid(() => cursors.of({ ...scope, args: { filter: { types: ['A'] } } }).decode(cursor));
    invalid(() => cursors.of({ ...scope, args: {} }).decode(cursor));
    const at = (date: string) => cursors.of({ ...scope, args: { filter: { from: new Date(date) } } });
    invalid(() => at('2026-01-01').decode(at('2026-01-02').encode({ sequence: 7n })));
  });

  test('is invalid when one character is changed, removed or added', () => {
    const stream = cursors.of(scope);
    const cursor = stream.encode({ sequence: 123456n, extra: 'cl-1' });
    for (let at = 0; at < cursor.length; at += 1) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      invalid(() => stream.decode(`${cursor.slice(0, at)}${other}${cursor.slice(at + 1)}`));
      invalid(() => stream.decode(cursor.slice(0, at) + cursor.slice(at + 1)));
      invalid(() => stream.decode(`${cursor.slice(0, at)}A${cursor.slice(at)}`));
    }
    for (const nonsense of ['', '.', '....', '.....', 'x'.repeat(10_000)])
      invalid(() => stream.decode(nonsense));
  });

  test('of an event list is valid for every stream of its account and for no other account', () => {
    const cursor = cursors.ofLists('acme').encode({ sequence: 9n });
    expect(cursors.of(scope).decode(cursor).sequence).toBe(9n);
    expect(cursors.of({ account: 'acme', field: 'scalingEvents' }).decode(cursor).sequence).toBe(9n);
    invalid(() => cursors.of({ ...scope, account: 'other' }).decode(cursor));
  });

  test('of any stream has the sequence for minResourceVersion', () => {
    const cursor = cursors.of(scope).encode({ sequence: 11n });
    expect(cursors.sequenceOf('acme', cursor)).toBe(11n);
    invalid(() => cursors.sequenceOf('other', cursor));
  });
});

describe('the keys of cursors', () => {
  const old = { id: 'old', key: randomBytes(32) };
  const fresh = { id: 'fresh', key: randomBytes(32) };

  test('can be rotated: the first key signs, and all listed keys are accepted', () => {
    const before = new EventCursors([old]).of(scope);
    const during = new EventCursors([fresh, old]).of(scope);
    const after = new EventCursors([fresh]).of(scope);
    const cursor = before.encode({ sequence: 5n });
    expect(during.decode(cursor).sequence).toBe(5n);
    const renewed = during.encode(during.decode(cursor));
    expect(renewed.startsWith('fresh.')).toBe(true);
    expect(after.decode(renewed).sequence).toBe(5n);
    invalid(() => after.decode(cursor));
    invalid(() => before.decode(renewed));
  });

  test('reject a cursor that is signed with another key of the same id', () => {
    const impostor = new EventCursors([{ id: 'fresh', key: randomBytes(32) }]).of(scope);
    invalid(() => new EventCursors([fresh]).of(scope).decode(impostor.encode({ sequence: 1n })));
  });

  test('are parsed from CURSOR_KEYS, where `platform` names the derived key', () => {
    const secret = 's'.repeat(32);
    expect(cursorKeys('platform', secret)).toEqual([
      { id: expect.stringMatching(/^[0-9a-f]{8}$/), key: expect.any(Uint8Array) },
    ]);
    expect(cursorKeys(`2027:${'x'.repeat(32)}, platform`, secret).map(({ id }) => id)[0]).toBe('2027');
    const own = new EventCursors(cursorKeys('platform', secret)).of(scope).encode({ sequence: 3n });
    const rotated = new EventCursors(cursorKeys(`2027:${'x'.repeat(32)},platform`, secret));
    expect(rotated.of(scope).decode(own).sequence).toBe(3n);
    for (const wrong of [
      '',
      '2027',
      '2027:short',
      `:${'x'.repeat(32)}`,
      'platform,platform',
      `A B:${'x'.repeat(32)}`,
    ])
      expect(() => cursorKeys(wrong, secret)).toThrow('CURSOR_KEYS');
  });
});
