import { expect, test } from 'vitest';
import { parseQuantity } from '../../../kernel/kubernetes/quantity.js';

test.each([
  ['0', 0],
  ['2', 2],
  ['250m', 0.25],
  ['1500000n', 0.0015],
  ['12u', 0.000012],
  ['1Ki', 1024],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['3k', 3000],
  ['2E', 2e18],
  ['1e3', 1000],
  ['.5', 0.5],
  ['', Number.NaN],
  ['many', Number.NaN],
  ['1Kib', Number.NaN],
])('the Kubernetes quantity %s is %d', (text, value) => {
  if (Number.isNaN(value)) expect(parseQuantity(text)).toBeNaN();
  else expect(parseQuantity(text)).toBeCloseTo(value, 12);
});

test('parses a malformed quantity of 200,000 digits in linear time', { timeout: 5_000 }, () => {
  expect(parseQuantity(`${'1'.repeat(200_000)}x`)).toBeNaN();
});
