import { describe, expect, it } from 'vitest';
import { Budget } from '../../kubesim/kubernetes/cel/budget.js';
import { compile } from '../../kubesim/kubernetes/cel/program.js';
import { fromCel, toCel } from '../../kubesim/kubernetes/cel/values.js';

const object = {
  metadata: { name: 'web-1', labels: { app: 'web' } },
  spec: { replicas: 3, ratio: 0.5, names: ['a', 'b', 'c'], empty: null, map: { x: 1, y: 2 } },
  constructor: 'a field of that name',
};

/** The result of an expression over the object, as JSON. */
function evaluate(expression: string, value: unknown = object): unknown {
  const program = compile(expression, { object: 'dyn' });
  return fromCel(program.evaluate({ object: toCel(value) }, new Budget()));
}

describe('CEL', () => {
  it.each([
    ['object.spec.replicas == 3', true],
    ['object.spec.replicas > 2.5', true],
    ['has(object.spec.replicas) && !has(object.spec.missing)', true],
    ['object.?spec.missing.orValue("none")', 'none'],
    ['object.spec.missing == 1 || true', true],
    ['object.spec.names.all(name, name.size() == 1)', true],
    ['object.spec.names.exists_one(name, name == "b")', true],
    ['object.spec.map.map(key, object.spec.map[key]).sum()', 3],
    ['object.spec.empty == null', true],
    ['"web" in object.metadata.labels', false],
    ['"app" in object.metadata.labels', true],
    ['object.constructor', 'a field of that name'],
    ['cel.bind(n, object.spec.replicas, n * n)', 9],
    ['object.metadata.name.matches("^[a-z]+-[0-9]+$")', true],
    ['"a1b22".findAll("[0-9]+")', ['1', '22']],
    ['object.spec.names.isSorted()', true],
    ['[3, 1, 2].max() - [3, 1, 2].min()', 2],
    ['"a-b-c".replace("-", "+", 1)', 'a+b-c'],
    ['object.metadata.name.split("-")[0].upperAscii()', 'WEB'],
    ['sets.contains([1, 2, 3], [2])', true],
    ['quantity("1500m").isGreaterThan(quantity("1"))', true],
    ['quantity("1Gi").add(quantity("1Mi")).asInteger()', 1_074_790_400],
    ['quantity("0.5") == quantity("500m")', true],
    ['cidr("10.0.0.0/8").containsIP("10.200.3.4")', true],
    ['cidr("10.0.0.0/8").containsCIDR("11.0.0.0/16")', false],
    ['string(ip("::ffff:0:0:1")) + " " + string(ip("2001:db8:0:0:1::"))', '::ffff:0:0:1 2001:db8:0:0:1::'],
    ['ip("127.0.0.1").isLoopback() && ip("8.8.8.8").isGlobalUnicast()', true],
    ['url("https://example.com:8443/a?b=c").getPort()', '8443'],
    ['isURL("example")', false],
    ['duration("1h") > duration("59m")', true],
    ['timestamp("2026-01-01T00:00:00Z").getFullYear()', 2026],
  ])('evaluates %s', (expression, expected) => {
    expect(evaluate(expression)).toEqual(expected);
  });

  it.each([
    ['object.x + foo', "undeclared reference to 'foo' (in container '')\n | object.x + foo\n | ...........^"],
    ["1 + 'a'", "found no matching overload for '_+_' applied to '(int, string)'"],
    ['object.', 'Syntax error'],
  ])('does not compile %s', (expression, message) => {
    expect(() => compile(expression, { object: 'dyn' })).toThrow(message);
  });

  it('says which key an object does not have', () => {
    expect(() => evaluate('object.spec.missing == 1')).toThrow('no such key: missing');
  });

  it('matches by RE2, which has no pattern of exponential time', () => {
    expect(evaluate(`'${'a'.repeat(2000)}'.matches('^(a+)+b$')`)).toBe(false);
    expect(() => evaluate("'a'.matches('(?=a)')")).toThrow();
  });

  it('ends an expression that costs too much, even one that ignores errors', () => {
    const list = Array.from({ length: 1000 }, (_, index) => index);
    const nested = 'object.all(a, object.all(b, object.all(c, a + b + c >= 0)))';
    const doubling = 'object.map(a, object).map(a, a + a + a + a)';
    const ignoring = `${nested} || true`;
    for (const expression of [nested, doubling, ignoring])
      expect(() => evaluate(expression, list)).toThrow('cost limit exceeded');
  });

  it('counts the whole value that an operation compares', () => {
    const large = Array.from({ length: 50_000 }, (_, index) => ({ index }));
    expect(() => evaluate('object.all(item, object == object)', large)).toThrow('cost limit exceeded');
  });
});
