import { describe, expect, it } from 'vitest';
import { Budget } from '../../kubesim/kubernetes/cel/budget.js';
import { compileMutation } from '../../kubesim/kubernetes/cel/program.js';
import { fromCel, toCel } from '../../kubesim/kubernetes/cel/values.js';

const compiled = (expression: string) => compileMutation(expression, { object: 'dyn' });

/** The result of an expression over an object of two containers, as JSON. */
function evaluate(expression: string): unknown {
  const object = toCel({ spec: { replicas: 3, containers: [{ name: 'a' }, { name: 'b' }] } });
  return fromCel(compiled(expression).evaluate({ object }, new Budget()));
}

describe('CEL messages', () => {
  it.each([
    ['Object{}', {}],
    ['Object{spec: Object.spec{replicas: object.spec.replicas + 1}}', { spec: { replicas: 4 } }],
    [
      'Object{metadata: Object.metadata{namespace: "a", labels: {"in": "{x: 1}"}}} // {a: b}',
      { metadata: { namespace: 'a', labels: { in: '{x: 1}' } } },
    ],
    [
      'Object{spec: Object.spec{containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, image: c.name in {"a": 1} ? "x" : "y"})}}',
      {
        spec: {
          containers: [
            { name: 'a', image: 'x' },
            { name: 'b', image: 'y' },
          ],
        },
      },
    ],
    ['Object{?a: object.?spec.?replicas, ?b: object.?absent, c: 1}', { a: 3, c: 1 }],
    ['has(object.spec) ? Object{a: 1} : Object{}', { a: 1 }],
    [
      '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b~c"), value: Object.x{y: 1}}]',
      [{ op: 'add', path: '/metadata/labels/a~1b~0c', value: { y: 1 } }],
    ],
    ['object.spec.replicas > 5 ? [JSONPatch{op: "remove", path: "/spec"}] : []', []],
    [
      '[JSONPatch{op: "test", path: "/a"}] + [JSONPatch{op: "remove", path: "/a"}]',
      [
        { op: 'test', path: '/a' },
        { op: 'remove', path: '/a' },
      ],
    ],
    ['[JSONPatch{op: "test", path: "/a"}.path == "/a"]', [true]],
  ])('evaluates %s', (expression, result) => {
    expect(evaluate(expression)).toEqual(result);
  });

  it.each([
    ['Object{a: 1}', 'Object'],
    ['Object.spec{a: 1}', 'dyn'],
    ['[JSONPatch{op: "test", path: "/a"}]', 'list<JSONPatch>'],
    ['object.spec.containers.map(c, JSONPatch{op: "remove", path: c.name})', 'list<JSONPatch>'],
    ['object.spec.replicas > 5 ? [JSONPatch{op: "remove", path: "/spec"}] : []', 'list<JSONPatch>'],
  ])('knows the type of %s', (expression, type) => {
    expect(compiled(expression).type).toBe(type);
  });

  it.each([
    ['JSONPatch{kind: "add"}', "1:1: undefined field 'kind'"],
    ['JSONPatch{op: 1}', "1:1: expected type of field 'op' is 'string' but provided type is 'int'"],
    ['Object{spec: Object.spec{replicas: absent}}', '1:36: undeclared reference to'],
    ['Object{"a": 1, b: }', 'Syntax error'],
    ['Object{a: 1', 'Syntax error'],
    ['object.spec{', 'Syntax error'],
  ])('does not compile %s', (expression, message) => {
    expect(() => compiled(expression)).toThrow(message);
  });

  it.each([
    ['names', 'a.'.repeat(40_000)],
    ['unterminated texts', '"""\\'.repeat(20_000)],
    ['braces', 'a{'.repeat(40_000)],
  ])('refuses many %s', (_, expression) => {
    expect(() => compiled(expression)).toThrow();
  });
});
