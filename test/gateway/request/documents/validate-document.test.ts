import fc from 'fast-check';
import { GraphQLError, type DocumentNode, buildSchema, parse, specifiedRules, validate } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { knownOperationTypes } from '../../../../gateway/request/documents/known-operation-types.js';
import { validateDocument } from '../../../../gateway/request/documents/validate-document.js';
import { packageRoot } from '../../../../kernel/package-root.js';
import { documents } from '../../fixtures/document-forms.js';
import { PATIENCE, fuzzing } from '../../fixtures/fuzz.js';

const schema = buildSchema(readFileSync(join(packageRoot, 'client/schema.graphql'), 'utf8'));
const small = buildSchema(`
  type Query { a(x: Int!, y: In): A! b: String }
  input In { one: Int two: Int }
  type A implements I { id: ID! i(n: Int): I }
  type B implements I { id: ID! i(n: Int): I other: Int }
  interface I { id: ID! i(n: Int): I }
  type Subscription { s: Int t: Int }`);

/** What graphql-js says; where a rule throws, that. */
function expected(of: typeof schema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(of, document, [...specifiedRules, knownOperationTypes], { maxErrors: 20 });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** Says for each error what it is and of which nodes. */
function told(errors: readonly GraphQLError[]) {
  return errors.map(({ message, nodes }) => ({ message, nodes }));
}

function compare(of: typeof schema, text: string) {
  const document = parse(text, { noLocation: true });
  const found = validateDocument(of, document, text);
  expect(told(found)).toEqual(told(expected(of, document)));
  return found;
}

describe('rejects a document with the errors of graphql-js', () => {
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
    expect(
      compare(small, text)
        .map((error) => error.message)
        .join('\n'),
    ).toContain(message);
  });

  test('returns at most twenty errors', () => {
    const found = compare(small, `{ ${Array.from({ length: 30 }, (_, index) => `c${index}`).join(' ')} }`);
    expect(found).toHaveLength(21);
    expect(found.at(-1)?.message).toContain('Too many validation errors');
  });
});

test('returns no errors for a valid document', () => {
  const text = `query Q($v: Int!, $s: Boolean!) { a(x: $v, y: { one: 1 }) { ...F ... on I { i(n: $v) @skip(if: $s) { id } } } }
    fragment F on A { id j: i { ... on B { other } } }`;
  expect(compare(small, text)).toEqual([]);
});

test(
  'documents of any shape are refused as graphql-js refuses them',
  () => {
    fc.assert(
      fc.property(documents, (text) => void compare(schema, text)),
      fuzzing,
    );
  },
  PATIENCE,
);
