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
