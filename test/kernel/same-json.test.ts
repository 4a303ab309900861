import { expect, test } from 'vitest';
import { sameJson } from '../../kernel/same-json.js';

test.each([
  [{ a: 1, bb: 2 }, { bb: 2, a: 1 }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [Object.assign(Object.create(null), { a: 1 }) as object, { a: 1 }, true],
  [undefined, undefined, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [[1, 2], [2, 1], false],
  [null, undefined, false],
  [{ a: '1' }, { a: 1 }, false],
])('compares %j with %j as JSON: %s', (a, b, same) => {
  expect(sameJson(a, b)).toBe(same);
});

test.each([
  ['the order of fields', { a: 1, b: { c: [1, { d: null }] } }, { b: { c: [1, { d: null }] }, a: 1 }, true],
  ['a field that is undefined', { a: 1, b: undefined }, { a: 1, c: undefined }, true],
  ['a field that is null', { a: 1, b: null }, { a: 1 }, false],
  ['another field of as many', { a: 1, b: undefined }, { c: 1 }, false],
  ['a name that every object knows', { constructor: 1 }, {}, false],
  ['the order of a list', [1, 2], [2, 1], false],
  ['a longer list', [1], [1, 2], false],
  ['a list and an object', [], {}, false],
  ['null and an object', null, {}, false],
  ['a number and its text', 1, '1', false],
])('compares two JSON values that differ by %s', (_what, a, b, same) => {
  expect(sameJson(a, b)).toBe(same);
  expect(sameJson(b, a)).toBe(same);
});
