import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { validateDocument } from '../../../../gateway/request/documents/validate-document.js';

const schema = buildSchema(`
  type Query { a(x: Int!, y: In): A! b: String }
  input In { one: Int two: Int }
  type A implements I { id: ID! i(n: Int): I }
  type B implements I { id: ID! i(n: Int): I other: Int }
  interface I { id: ID! i(n: Int): I }
  type Subscription { s: Int t: Int }`);

function messages(text: string): string[] {
  return validateDocument(schema, parse(text, { noLocation: true })).map(({ message }) => message);
}

describe('rejects an invalid document', () => {
  test.each([
    ['{ a(x: 1) { id } } type T { a: Int }', 'definition is not executable'],
    ['query Q { b } query Q { b }', 'only one operation named'],
    ['{ b } query Q { b }', 'must be the only defined operation'],
    ['subscription { s t }', 'only one top level field'],
    ['{ a(x: 1) { ... on None { id } } }', 'Unknown type'],
    ['{ b ... on In { one } }', 'cannot condition on non composite type'],
    ['query ($v: A) { a(x: $v) { id } }', 'cannot be non-input type'],
    ['{ a(x: 1) }', 'must have a selection of subfields'],
    ['{ c }', 'Cannot query field'],
    ['{ ...F } fragment F on Query { b } fragment F on Query { b }', 'only one fragment named'],
    ['{ ...G }', 'Unknown fragment'],
    ['{ b } fragment F on Query { b }', 'is never used'],
    ['{ a(x: 1) { ... on B { id } } }', 'can never be of type'],
    ['{ ...F } fragment F on Query { ...F }', 'Cannot spread fragment'],
    ['query ($v: Int!, $v: Int!) { a(x: $v) { id } }', 'only one variable named'],
    ['{ a(x: $v) { id } }', 'is not defined'],
    ['query ($v: Int) { b }', 'is never used'],
    ['{ b @none }', 'Unknown directive'],
    ['{ b @skip(if: true) @skip(if: true) }', 'can only be used once'],
    ['{ a(x: 1, z: 2) { id } }', 'Unknown argument'],
    ['{ a(x: 1, x: 2) { id } }', 'only one argument named'],
    ['{ a(x: "1") { id } }', 'cannot represent'],
    ['{ a { id } }', 'is required'],
    ['query ($v: Int) { a(x: $v) { id } }', 'used in position expecting type'],
    ['{ x: b x: a(x: 1) { id } }', 'conflict'],
    ['{ a(x: 1, y: { one: 1, one: 2 }) { id } }', 'only one input field named'],
    ['mutation { b }', 'The graph has no mutations.'],
    ['subscription ($v: Boolean!) { ... @skip(if: $v) { s } t }', 'not provided a runtime value'],
  ])('%s', (text, message) => {
    expect(messages(text).join('\n')).toContain(message);
  });

  test('returns at most twenty errors', () => {
    const found = messages(`{ ${Array.from({ length: 30 }, (_, index) => `c${index}`).join(' ')} }`);
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toContain('Too many validation errors');
  });
});

test('returns no errors for a valid document', () => {
  const text = `query Q($v: Int!, $s: Boolean!) { a(x: $v, y: { one: 1 }) { ...F ... on I { i(n: $v) @skip(if: $s) { id } } } }
    fragment F on A { id j: i { ... on B { other } } }`;
  expect(messages(text)).toEqual([]);
});
