import { describe, expect, it } from 'vitest';
import { schemaBudget, schemaCauses } from '../../kubesim/kubernetes/structural-schema/schema-rules.js';
import { StructuralSchema } from '../../kubesim/kubernetes/structural-schema/structural-schema.js';
import { ruleCauses } from '../../kubesim/kubernetes/structural-schema/validation-rules.js';

const LIST = { type: 'array', items: { type: 'integer' } };

function schemaOf(properties: object, ...rules: readonly object[]) {
  return new StructuralSchema({ type: 'object', properties, 'x-kubernetes-validations': rules });
}

const messages = (causes: readonly { message: string }[]) => causes.map(({ message }) => message);

function errorsOfDefinition(schema: StructuralSchema) {
  return messages(schemaCauses(schema, 'schema', schemaBudget()));
}

describe('rules of custom resources', () => {
  it('ends an expression that takes too many steps, and evaluates no further rule', () => {
    const expensive = { rule: 'self.list.all(a, self.list.all(b, self.list.all(c, a + b + c > 0)))' };
    const schema = schemaOf({ list: LIST }, expensive, { rule: 'false' });
    const list = Array.from({ length: 5_000 }, (_, index) => index + 1);
    expect(messages(ruleCauses({ list }, schema, undefined))).toEqual([
      `Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to ` +
        `call cost exceeds limit for rule: ${expensive.rule}`,
    ]);
  });

  it('counts the steps of all rules of an object together', () => {
    const rule = { rule: 'self.list.all(a, self.list.exists(b, b == a))' };
    const schema = schemaOf({ list: LIST }, ...Array.from({ length: 100 }, () => rule));
    const list = Array.from({ length: 100 }, (_, index) => index);
    const causes = messages(ruleCauses({ list }, schema, undefined));
    expect(causes).toHaveLength(1);
    expect(causes[0]).toContain('actual cost limit exceeded');
  });

  it('counts what it costs to compare a value with the old one', () => {
    // Each level fails, and would read all values below it.
    let schema: object = { ...LIST };
    for (let level = 0; level < 60; level += 1)
      schema = {
        type: 'object',
        properties: { inner: schema },
        'x-kubernetes-validations': [{ rule: 'false', message: `level ${level}` }],
      };
    const list = Array.from({ length: 20_000 }, (_, index) => index);
    let object: object = { inner: list };
    let old: object = { inner: [...list.slice(1), -1] };
    for (let level = 1; level < 60; level += 1) [object, old] = [{ inner: object }, { inner: old }];
    const causes = messages(ruleCauses(object, new StructuralSchema({ ...schema }), old));
    expect(causes.at(-1)).toContain('actual cost limit exceeded');
    expect(causes.length).toBeLessThan(60);
  });

  it('reads fields that have names of properties of JavaScript', () => {
    const schema = schemaOf(
      { constructor: { type: 'string' }, toString: { type: 'integer' } },
      { rule: '!has(self.constructor) && (!has(self.toString) || self.toString == 1)' },
    );
    expect(errorsOfDefinition(schema)).toEqual([]);
    expect(ruleCauses({}, schema, undefined)).toEqual([]);
    expect(ruleCauses({ toString: 1 }, schema, undefined)).toEqual([]);
    expect(ruleCauses({ constructor: 'a' }, schema, undefined)).toHaveLength(1);
  });

  it('refuses rules of more than 100,000 characters in one definition, once', () => {
    const rule = { rule: `self.name != '${'x'.repeat(20_000)}'` };
    const schema = schemaOf({ name: { type: 'string' } }, ...Array.from({ length: 9 }, () => rule));
    expect(errorsOfDefinition(schema)).toEqual([
      'Forbidden: the rules of a definition may not have more than 100000 characters',
    ]);
  });

  it('does not check the fields of a schema with very many objects', () => {
    const field = (name: string) =>
      [name, { type: 'object', properties: { a: { type: 'integer' } } }] as const;
    const fields = Object.fromEntries(Array.from({ length: 1_200 }, (_, index) => field(`f${index}`)));
    expect(errorsOfDefinition(schemaOf(fields, { rule: 'self.f1199.a > 1' }))).toEqual([]);
    expect(errorsOfDefinition(schemaOf(fields, { rule: 'self.missing > 1' }))).toHaveLength(1);
  });

  it('reports a rule that does not compile as an error of each object', () => {
    const schema = schemaOf({ name: { type: 'string' } }, { rule: 'unknown(self.name)' });
    const [message = ''] = messages(ruleCauses({ name: 'a' }, schema, undefined));
    expect(message).toContain(
      'Invalid value: "object": rule compile error: compilation failed: ERROR: <input>:1:',
    );
  });

  it('checks no rule of a value that is null', () => {
    const schema = new StructuralSchema({
      type: 'object',
      properties: {
        size: { type: 'integer', nullable: true, 'x-kubernetes-validations': [{ rule: 'self > 1' }] },
      },
    });
    expect(ruleCauses({ size: null }, schema, undefined)).toEqual([]);
    expect(ruleCauses({ size: 1 }, schema, { size: null })).toHaveLength(1);
  });
});
