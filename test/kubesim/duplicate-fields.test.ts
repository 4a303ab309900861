import { expect, test } from 'vitest';
import { duplicateFields } from '../../kubesim/kubernetes/schema/duplicate-fields.js';

test('finds no duplicate field in JSON without one', () => {
  expect(duplicateFields('{"a":{"b":1},"b":[{"b":1},{"b":1}],"c":"a\\",\\"a"}')).toEqual([]);
});

test('names the paths of duplicate fields in the order of the text', () => {
  const json = '{"a":{"b":1,"b":2},"c":[{"x":1},{"x":1,"x":[]}],"a":{}}';
  expect(duplicateFields(json)).toEqual(['a.b', 'c[1].x', 'a']);
});

test('compares names of fields without their escapes', () => {
  expect(duplicateFields('{"a\\\\":1,"\\u0061\\\\":2}')).toEqual(['a\\']);
});

test('reports a hundred duplicate fields at most', () => {
  expect(duplicateFields(`{${'"a":1,'.repeat(1000)}"a":1}`)).toHaveLength(100);
});
