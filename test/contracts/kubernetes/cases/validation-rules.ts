import { expect } from 'vitest';
import type { ApiResponse } from '../api-client.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Where errors of a definition with one version place its schema. */
const ROOT = 'spec.validation.openAPIV3Schema';

interface Rules {
  readonly path: string;
  readonly definition: string;
  create(name: string, spec: object): Promise<ApiResponse>;
  update(name: string, spec: object): Promise<ApiResponse>;
}

function definitionOf(group: string, spec: object, root: object) {
  const openAPIV3Schema = { type: 'object', properties: { spec }, ...root };
  return {
    metadata: { name: `gates.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'gates', singular: 'gate', kind: 'Gate' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

/** Creates a definition of the kind Gate whose spec has a schema, and waits until it is served. */
async function define(context: CaseContext, spec: object, root: object = {}): Promise<Rules> {
  const { api, namespace, unique, eventually } = context;
  const group = `${unique('rules')}.example.com`;
  const definition = `${DEFINITIONS}/gates.${group}`;
  expectSuccess(await api.post(DEFINITIONS, definitionOf(group, spec, root)), 201);
  const path = `/apis/${group}/v1/namespaces/${namespace}/gates`;
  await eventually(async () => (await api.get(path)).status === 200);
  const gate = (name: string, value: object) => ({
    apiVersion: `${group}/v1`,
    kind: 'Gate',
    metadata: { name },
    spec: value,
  });
  return {
    path,
    definition,
    create: (name, value) => api.post(path, gate(name, value)),
    update: (name, value) => api.patch(`${path}/${name}`, 'merge', { spec: value }),
  };
}

/** Tries to create a definition with a rule, and expects an error at a field of the rule. */
async function expectRefused(context: CaseContext, spec: object, field: string, text: string) {
  const group = `${context.unique('rules')}.example.com`;
  const response = await context.api.post(DEFINITIONS, definitionOf(group, spec, {}));
  expectError(response, 422, 'Invalid');
  const at = `${ROOT}.properties[spec].${field}`;
  expect(response.body.details?.causes?.map((cause) => cause.field)).toContain(at);
  expect(response.body.message).toContain(text);
}

const object = (properties: object, ...rules: readonly object[]) => ({
  type: 'object',
  properties,
  'x-kubernetes-validations': rules,
});
const integer = { type: 'integer' };
const string = { type: 'string' };

function messagesOf({ body }: ApiResponse) {
  return body.details?.causes?.map(({ field, message }) => `${field}: ${message}`);
}

/** Rules of a spec with the integer `size` that API servers refuse, the field of the error and its text. */
const REFUSED: Readonly<Record<string, readonly [rule: object, field: string, text: string]>> = {
  'refuses an undefined field in a rule': [
    { rule: 'self.missing > 1' },
    'rule',
    "compilation failed: ERROR: <input>:1:5: undefined field 'missing'",
  ],
  'refuses to ask for an undefined field': [
    { rule: '!has(self.missing)' },
    'rule',
    "undefined field 'missing'",
  ],
  'refuses a rule that compares different types': [
    { rule: "self.size == 'a'" },
    'rule',
    "found no matching overload for '_==_' applied to '(int, string)'",
  ],
  'refuses a rule that is no boolean': [
    { rule: 'self.size' },
    'rule',
    'cel expression must evaluate to a bool',
  ],
  'refuses a rule with a syntax error': [
    { rule: 'self.size >' },
    'rule',
    'compilation failed: ERROR: <input>:1:12: Syntax error:',
  ],
  'refuses a message expression that is no text': [
    { rule: 'self.size > 1', messageExpression: 'self.size' },
    'messageExpression',
    'messageExpression must evaluate to a string',
  ],
  'refuses an optional old value in a rule without one': [
    { rule: 'self.size > 1', optionalOldSelf: true },
    'optionalOldSelf',
    'may not be set if oldSelf is not used in rule',
  ],
  'refuses a path to no field': [
    { rule: 'self.size > 1', fieldPath: '.other' },
    'fieldPath',
    'must be a valid path',
  ],
  'refuses a reason that rules cannot have': [
    { rule: 'self.size > 1', reason: 'FieldValueNotFound' },
    'reason',
    'supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
  ],
  'refuses a rule of several lines without a message': [
    { rule: 'self.size > 1\n&& self.size < 9' },
    'message',
    'message must be specified if rule contains line breaks',
  ],
  'refuses an empty rule': [{ rule: ' ' }, 'rule', 'rule is not specified'],
};

const refusals = Object.fromEntries(
  Object.entries(REFUSED).map(([title, [rule, field, text]]) => [
    title,
    (context: CaseContext) =>
      expectRefused(context, object({ size: integer }, rule), `x-kubernetes-validations[0].${field}`, text),
  ]),
);

export const validationRules: Area = {
  name: 'validation rules',
  cases: {
    ...refusals,

    async 'names the rule that failed at its field'(context) {
      const { create } = await define(
        context,
        object({ min: integer, max: integer }, { rule: 'self.min <= self.max' }),
      );
      expectSuccess(await create('a', { min: 1, max: 2 }), 201);
      const refused = await create('b', { min: 3, max: 2 });
      expectInvalid(refused, 'FieldValueInvalid spec');
      expect(messagesOf(refused)).toEqual(['spec: Invalid value: failed rule: self.min <= self.max']);
    },

    async 'shows the value of a field that is no object'(context) {
      const { create } = await define(
        context,
        object({
          name: {
            ...string,
            'x-kubernetes-validations': [{ rule: "self.startsWith('a')", message: 'an a' }],
          },
        }),
      );
      expect(messagesOf(await create('a', { name: 'b' }))).toEqual(['spec.name: Invalid value: "b": an a']);
    },

    async 'gives the reason, the field and the message that a rule sets'(context) {
      const { create } = await define(
        context,
        object(
          { size: integer, limits: object({ top: integer }), unit: { ...string, maxLength: 9 } },
          {
            rule: '!has(self.size) || self.size <= self.limits.top',
            messageExpression: "'too many ' + self.unit",
            reason: 'FieldValueForbidden',
            fieldPath: '.limits.top',
          },
        ),
      );
      const refused = await create('a', { size: 4, limits: { top: 3 }, unit: 'boxes' });
      expectInvalid(refused, 'FieldValueForbidden spec.limits.top');
      expect(messagesOf(refused)).toEqual(['spec.limits.top: Forbidden: too many boxes']);
    },

    async 'reports a rule that cannot be evaluated'(context) {
      const { create } = await define(context, object({ size: integer }, { rule: 'self.size > 1' }));
      const refused = await create('a', {});
      expect(messagesOf(refused)).toEqual([
        'spec: Invalid value: "object": no such key: size evaluating rule: self.size > 1',
      ]);
    },

    async 'compares with the old value on updates only'(context) {
      const { create, update } = await define(
        context,
        object(
          { size: integer, color: string },
          { rule: 'self.size >= oldSelf.size', message: 'grows only' },
        ),
      );
      expectSuccess(await create('a', { size: 3 }), 201);
      expectSuccess(await update('a', { size: 4 }));
      expect(messagesOf(await update('a', { size: 2 }))).toEqual(['spec: Invalid value: grows only']);
    },

    async 'makes the old value optional where a rule wants it'(context) {
      const rule = {
        rule: "oldSelf.hasValue() ? self.phase != 'New' || oldSelf.value().phase == 'New' : self.phase == 'New'",
        message: 'starts as New',
        optionalOldSelf: true,
      };
      const { create, update } = await define(context, object({ phase: string }, rule));
      expect(messagesOf(await create('a', { phase: 'Done' }))).toEqual([
        'spec: Invalid value: starts as New',
      ]);
      expectSuccess(await create('b', { phase: 'New' }), 201);
      expectSuccess(await update('b', { phase: 'Done' }));
      expectError(await update('b', { phase: 'New' }), 422, 'Invalid');
    },

    async 'pairs the items of a keyed list with the old ones'(context) {
      const items = object(
        { name: string, size: integer },
        { rule: 'self.size >= oldSelf.size', message: 'grows only' },
      );
      const list = {
        type: 'array',
        items: { ...items, required: ['name'] },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      };
      const { create, update } = await define(context, object({ parts: list }));
      const parts = [
        { name: 'a', size: 2 },
        { name: 'b', size: 5 },
      ];
      expectSuccess(await create('a', { parts }), 201);
      expectSuccess(await update('a', { parts: [{ name: 'c', size: 1 }, ...parts] }));
      const shrunk = await update('a', {
        parts: [
          { name: 'b', size: 4 },
          { name: 'a', size: 2 },
        ],
      });
      expect(messagesOf(shrunk)).toEqual(['spec.parts[0]: Invalid value: grows only']);
    },

    async 'accepts an old value that a new rule would refuse'(context) {
      const { api } = context;
      const { create, update, path, definition } = await define(
        context,
        object({ size: integer, color: string }),
      );
      expectSuccess(await create('a', { size: 1 }), 201);
      const group = definition.slice(definition.indexOf('.', DEFINITIONS.length) + 1);
      const stricter = object({
        size: { ...integer, 'x-kubernetes-validations': [{ rule: 'self > 1' }] },
        color: string,
      });
      expectSuccess(await api.patch(definition, 'merge', definitionOf(group, stricter, {})));
      await context.eventually(async () => (await create('b', { size: 1 })).status === 422);
      expectSuccess(await update('a', { color: 'red' }));
      expectError(await update('a', { size: 0 }), 422, 'Invalid');
      expect((await api.get(`${path}/a`)).body).toMatchObject({ spec: { size: 1, color: 'red' } });
    },

    async 'reads fields by escaped names'(context) {
      const { create } = await define(
        context,
        object(
          { 'max-size': integer, namespace: string, 'a.b': integer },
          {
            rule: "self.max__dash__size > 1 && self.__namespace__ != 'x' && self.a__dot__b == 1",
            message: 'no',
          },
        ),
      );
      expectSuccess(await create('a', { 'max-size': 2, namespace: 'y', 'a.b': 1 }), 201);
      expectError(await create('b', { 'max-size': 2, namespace: 'x', 'a.b': 1 }), 422, 'Invalid');
    },

    async 'reads numbers, bytes, times and durations by their schema'(context) {
      const { create } = await define(
        context,
        object(
          {
            share: { type: 'number' },
            key: { ...string, format: 'byte' },
            at: { ...string, format: 'date-time' },
            wait: { ...string, format: 'duration' },
            port: { 'x-kubernetes-int-or-string': true },
          },
          {
            rule: "self.share < 2.5 && size(self.key) == 3 && self.at < timestamp('2030-01-01T00:00:00Z') && self.wait < duration('1h') && (type(self.port) == int ? self.port > 0 : self.port == 'http')",
            message: 'no',
          },
        ),
      );
      const spec = { share: 2, key: 'YWJj', at: '2026-01-01T00:00:00Z', wait: '5m', port: 'http' };
      expectSuccess(await create('a', spec), 201);
      expectSuccess(await create('b', { ...spec, port: 80 }), 201);
      for (const wrong of [
        { share: 3 },
        { key: 'YWI=' },
        { at: '2031-01-01T00:00:00Z' },
        { wait: '2h' },
        { port: 0 },
      ])
        expectError(await create('c', { ...spec, ...wrong }), 422, 'Invalid');
    },

    async 'reads the name of the resource in rules of its root'(context) {
      const { create } = await define(context, object({ size: integer }), {
        'x-kubernetes-validations': [
          { rule: "self.metadata.name.startsWith('a') && self.kind == 'Gate'", message: 'an a' },
        ],
      });
      expectSuccess(await create('a', { size: 1 }), 201);
      expect(messagesOf(await create('b', { size: 1 }))).toEqual(['<nil>: Invalid value: an a']);
    },

    async 'checks the entries of maps and lists'(context) {
      const positive = {
        ...integer,
        'x-kubernetes-validations': [{ rule: 'self > 0', message: 'positive' }],
      };
      const { create } = await define(
        context,
        object({
          sizes: { type: 'object', additionalProperties: positive },
          list: { type: 'array', items: positive },
        }),
      );
      expect(messagesOf(await create('a', { sizes: { 'x.y': 0, z: 1 }, list: [1, -1] }))?.toSorted()).toEqual(
        ['spec.list[1]: Invalid value: -1: positive', 'spec.sizes[x.y]: Invalid value: 0: positive'],
      );
    },

    async 'checks rules after defaults are set'(context) {
      const { create } = await define(
        context,
        object({ size: { ...integer, default: 3 } }, { rule: 'self.size == 3', message: 'three' }),
      );
      expectSuccess(await create('a', {}), 201);
    },

    async 'leaves rules out while the object has other errors'(context) {
      const { create } = await define(context, {
        ...object({ size: integer, color: string }, { rule: 'self.size > 1' }),
        required: ['color'],
      });
      const refused = await create('a', { size: 1 });
      expectInvalid(refused, 'FieldValueRequired spec.color', 'FieldValueInvalid <nil>');
      expect(refused.body.message).toContain(
        'some validation rules were not checked because the object was invalid',
      );
    },

    async 'asks whether a field of an item is set'(context) {
      const items = { type: 'object', properties: { name: string, size: integer } };
      const { create } = await define(
        context,
        object(
          { parts: { type: 'array', items } },
          { rule: 'size(self.parts) != 1 || has(self.parts[0].size)', message: 'no size' },
        ),
      );
      expectSuccess(await create('a', { parts: [{ name: 'a', size: 1 }] }), 201);
      expect(messagesOf(await create('b', { parts: [{ name: 'a' }] }))).toEqual([
        'spec: Invalid value: no size',
      ]);
    },

    async 'knows the formats of names'(context) {
      const { create } = await define(
        context,
        object(
          { name: { ...string, maxLength: 40 } },
          { rule: '!format.dns1123Label().validate(self.name).hasValue()', message: 'no label' },
        ),
      );
      expectSuccess(await create('a', { name: 'a-b' }), 201);
      expectError(await create('b', { name: 'A' }), 422, 'Invalid');
    },

    async 'refuses the old value in lists without keys'(context) {
      const items = { ...integer, 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] };
      await expectRefused(
        context,
        object({ list: { type: 'array', items } }),
        'properties[list].items.x-kubernetes-validations[0].rule',
        'oldSelf cannot be used on the uncorrelatable portion of the schema within ' +
          `${ROOT}.properties[spec].properties[list]`,
      );
    },

    async 'compares lists of type set without their order'(context) {
      const set = { type: 'array', items: string, 'x-kubernetes-list-type': 'set' };
      const { create } = await define(
        context,
        object({ a: set, b: set }, { rule: 'self.a == self.b', message: 'same' }),
      );
      expectSuccess(await create('a', { a: ['x', 'y'], b: ['y', 'x'] }), 201);
      expectError(await create('b', { a: ['x', 'y'], b: ['y'] }), 422, 'Invalid');
    },

    async 'refuses a rule that costs too much by estimate'(context) {
      const nested = { type: 'array', items: { type: 'array', items: { type: 'array', items: string } } };
      await expectRefused(
        context,
        object(
          { list: nested },
          { rule: "self.list.all(a, a.all(b, b.all(c, self.list.all(d, c != 'x'))))" },
        ),
        'x-kubernetes-validations[0].rule',
        'estimated rule cost exceeds budget by factor of more than 100x',
      );
    },
  },
};
