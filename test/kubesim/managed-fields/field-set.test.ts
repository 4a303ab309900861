import { describe, expect, test } from 'vitest';
import {
  difference,
  EMPTY,
  type FieldSet,
  FieldSetBuilder,
  inOrder,
  intersection,
  isEmpty,
  pathsOf,
  recursiveDifference,
  union,
} from '../../../kubesim/kubernetes/managed-fields/field-set.js';
import { pathText, readElement } from '../../../kubesim/kubernetes/managed-fields/path-element.js';
import { randomNumbers } from './schema.js';

function setOf(...paths: readonly string[]): FieldSet {
  const builder = new FieldSetBuilder();
  for (const path of paths) builder.insert(path.split('/'));
  return builder.set;
}
const textsOf = (set: FieldSet) => [...pathsOf(set)].map((path) => path.join('/')).sort();

describe('field set', () => {
  test('marks a node that is a member itself with a dot', () => {
    expect(setOf('f:a', 'f:a/f:b', 'f:c/f:d')).toEqual({
      'f:a': { '.': {}, 'f:b': {} },
      'f:c': { 'f:d': {} },
    });
    expect(setOf('f:a/f:b', 'f:a')).toEqual({ 'f:a': { '.': {}, 'f:b': {} } });
  });

  test('keeps a field if only fields below it are subtracted, and the reverse', () => {
    const set = setOf('f:a', 'f:a/f:b');
    expect(textsOf(difference(set, setOf('f:a/f:b')))).toEqual(['f:a']);
    expect(textsOf(difference(set, setOf('f:a')))).toEqual(['f:a/f:b']);
    expect(difference(set, set)).toEqual({});
  });

  test('subtracts a field with everything below it recursively', () => {
    const set = setOf('f:a', 'f:a/f:b', 'f:c');
    expect(textsOf(recursiveDifference(set, setOf('f:a')))).toEqual(['f:c']);
    expect(textsOf(recursiveDifference(set, setOf('f:a/f:b')))).toEqual(['f:a', 'f:c']);
  });

  test('is written in the order of API servers: fields, keys, values, indexes', () => {
    const set = setOf('i:2', 'v:"b"', 'v:2', 'k:{"port":80}', 'k:{"port":9}', 'f:b', 'f:a/f:b', 'f:a');
    expect(Object.keys(inOrder(set))).toEqual([
      'f:a',
      'f:b',
      'k:{"port":9}',
      'k:{"port":80}',
      'v:2',
      'v:"b"',
      'i:2',
    ]);
    expect(JSON.stringify(inOrder(setOf('f:a/f:b', 'f:a')))).toBe('{"f:a":{".":{},"f:b":{}}}');
  });

  test('obeys the laws of sets for random sets', () => {
    const random = randomNumbers(7);
    const pick = () => {
      const steps = 1 + Math.floor(random() * 3);
      return Array.from({ length: steps }, () => `f:${'abc'[Math.floor(random() * 3)]}`).join('/');
    };
    for (let round = 0; round < 500; round += 1) {
      const [left, right] = [0, 1].map(() => Array.from({ length: Math.floor(random() * 6) }, pick)) as [
        string[],
        string[],
      ];
      const [a, b] = [setOf(...left), setOf(...right)];
      const [inA, inB] = [new Set(left), new Set(right)];
      expect(textsOf(a)).toEqual([...inA].sort());
      expect(textsOf(union(a, b))).toEqual([...inA.union(inB)].sort());
      expect(textsOf(intersection(a, b))).toEqual([...inA.intersection(inB)].sort());
      expect(textsOf(difference(a, b))).toEqual([...inA.difference(inB)].sort());
      expect(isEmpty(difference(a, a))).toBe(true);
      expect(union(a, EMPTY)).toEqual(a);
      expect(inOrder(a)).toEqual(a);
    }
  });
});

describe('path element', () => {
  test.each([
    [['f:spec', 'f:replicas'], '.spec.replicas'],
    [
      ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:targetPort'],
      '.spec.ports[port=80,protocol="TCP"].targetPort',
    ],
    [['f:metadata', 'f:finalizers', 'v:"example.com/x"'], '.metadata.finalizers[="example.com/x"]'],
    [['f:a', 'i:1'], '.a[1]'],
  ])('%j is shown as %s', (path, shown) => {
    expect(pathText(path)).toBe(shown);
  });

  test('is read in its canonical form', () => {
    expect(readElement('k:{ "protocol": "TCP", "port": 80 }')).toBe('k:{"port":80,"protocol":"TCP"}');
    expect(readElement('v:"a<b"')).toBe('v:"a\\u003cb"');
    expect(readElement('x:later')).toBeUndefined();
    expect(() => readElement('spec')).toThrow('missing colon');
    expect(() => readElement('k:[]')).toThrow('not an object');
  });
});
