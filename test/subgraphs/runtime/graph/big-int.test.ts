import { parseValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { BigIntScalar } from '../../../../subgraphs/runtime/graph/scalars.js';

const SMALLEST = '-9223372036854775808';
const LARGEST = '9223372036854775807';

describe('scalar BigInt', () => {
  test.each([['0'], ['9007199254740993'], [LARGEST], [SMALLEST]])('keeps %s exact', (text) => {
    expect(BigIntScalar.serialize(BigInt(text))).toBe(text);
    expect(BigIntScalar.parseValue(text)).toBe(BigInt(text));
    expect(BigIntScalar.parseLiteral(parseValue(text))).toBe(BigInt(text));
    expect(BigIntScalar.parseLiteral(parseValue(`"${text}"`))).toBe(BigInt(text));
  });

  test('accepts a number that a double represents exactly', () => {
    expect(BigIntScalar.parseValue(Number.MAX_SAFE_INTEGER)).toBe(9_007_199_254_740_991n);
  });

  test.each([
    [2 ** 53],
    [1.5],
    [NaN],
    [true],
    [null],
    [''],
    ['0x1f'],
    [' 1'],
    ['1e3'],
    ['9223372036854775808'],
    ['9'.repeat(900_000)],
    [{}],
  ])('rejects %j', (value) => {
    expect(() => BigIntScalar.parseValue(value)).toThrow(/^A BigInt (is a string|has at most 64 bits)/);
  });
});
