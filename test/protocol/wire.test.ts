import { expect, test } from 'vitest';
import { toWire } from '../../protocol/wire.js';

test('passes a value in process as it would be serialized', () => {
  const shared = { nested: [1, null, 'x'] };
  const value = { at: new Date(0), big: 10n, shared, ['__proto__']: 1 };
  const copy = toWire(value) as Record<string, unknown>;
  expect(copy['at']).toBe('1970-01-01T00:00:00.000Z');
  expect(copy['big']).toBe('10');
  expect(copy['shared']).toEqual(shared);
  expect(copy['shared']).not.toBe(shared);
  expect(Object.keys(copy)).toEqual(['at', 'big', 'shared', '__proto__']);
});
