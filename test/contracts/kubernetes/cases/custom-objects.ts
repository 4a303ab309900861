import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { define, DEFINITIONS } from './custom-resources.js';

const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A definition whose spec has these fields. */
function defineFields(context: CaseContext, fields: object, version: object = {}) {
  const spec = { type: 'object', properties: fields };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  return define(context, { schema, ...version });
}

const defineEmbedded = (context: CaseContext) =>
  defineFields(context, { template: { ...free, 'x-kubernetes-embedded-resource': true } });

/** How objects of definitions are read, validated and shown. */
export const customObjects: Area = {
  name: 'custom objects',
  cases: {
    async 'drops unknown metadata of an embedded resource, and warns'(context) {
      const { path, robot } = await defineEmbedded(context);
      const template = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', junk: 1 }, any: 1 };
      const created = await context.api.post(path, robot('a', { template }));
      expect(expectSuccess(created, 201).spec['template']).toEqual({ ...template, metadata: { name: 'a' } });
      expect(created.warnings).toEqual(['unknown field "spec.template.metadata.junk"']);
      const strict = await context.api.post(`${path}?fieldValidation=Strict`, robot('b', { template }));
      expectError(strict, 400, 'BadRequest');
    },

    async 'updates an object only of the version that is stored'(context) {
      const { api } = context;
      const { path, robot } = await defineFields(context, { size: { type: 'integer' } });
      expectSuccess(await api.post(path, robot('a', { size: 1 })), 201);
      const rejected = await api.put(`${path}/a`, robot('a', { size: 2 }));
      expectInvalid(rejected, 'FieldValueInvalid metadata.resourceVersion');
      expect(rejected.body.message).toContain('Invalid value: 0: must be specified for an update');
      const { body } = await api.get(`${path}/a`);
      expectSuccess(await api.put(`${path}/a`, { ...body, spec: { size: 2 } }));
      const removed = { metadata: { resourceVersion: null }, spec: { size: 3 } };
      expectInvalid(
        await api.patch(`${path}/a`, 'merge', removed),
        'FieldValueInvalid metadata.resourceVersion',
      );
    },

    async 'requires the version and the kind of an embedded resource'(context) {
      const { path, robot } = await defineEmbedded(context);
      expectInvalid(
        await context.api.post(path, robot('a', { template: { any: 1 } })),
        'FieldValueRequired spec.template.apiVersion',
        'FieldValueRequired spec.template.kind',
      );
      const metadata = { labels: { 'a b': 'c' } };
      expectInvalid(
        await context.api.post(
          path,
          robot('a', { template: { apiVersion: 'a/b/c', kind: 'A_b', metadata } }),
        ),
        'FieldValueInvalid spec.template.apiVersion',
        'FieldValueInvalid spec.template.kind',
        'FieldValueInvalid spec.template.metadata.labels',
      );
    },

    async 'rejects metadata of another type'(context) {
      const { path, robot } = await defineEmbedded(context);
      const unreadable = 'Robot in version "v1" cannot be handled as a Robot: ';
      const mismatch = 'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string';
      const labels = { a: 1 };
      const bodies = {
        [mismatch]: { ...robot('a'), metadata: { name: 'a', labels } },
        'json: cannot unmarshal array into Go value of type v1.ObjectMeta': { ...robot('a'), metadata: [] },
        [`spec.template.metadata: Invalid value: {"labels":{"a":1}}: ${mismatch}`]: robot('a', {
          template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels } },
        }),
      };
      for (const [message, body] of Object.entries(bodies)) {
        const rejected = await context.api.post(path, body);
        expectError(rejected, 400, 'BadRequest');
        expect(rejected.body.message).toBe(unreadable + message);
      }
    },

    async 'does not compare a text that is too long with its pattern'(context) {
      const { path, robot } = await defineFields(context, {
        name: { type: 'string', maxLength: 4, pattern: '^a+$' },
      });
      const rejected = await context.api.post(path, robot('a', { name: 'bbbbbb' }));
      expectInvalid(rejected, 'FieldValueTooLong spec.name');
    },

    async 'takes an integer with an exponent, but no fraction and none above 64 bits'(context) {
      const { path, robot } = await defineFields(context, { size: { type: 'integer' } });
      const sized = (size: string) =>
        JSON.stringify(robot('a', { size: 0 })).replace('"size":0', `"size":${size}`);
      const created = await context.api.post(`${path}?dryRun=All`, sized('1e2'));
      expect(expectSuccess(created, 201).spec['size']).toBe(100);
      for (const size of ['1.5', '9223372036854775808'])
        expectInvalid(
          await context.api.post(path, sized(size)),
          'FieldValueInvalid <nil>',
          'FieldValueTypeInvalid spec.size',
        );
    },

    async 'rejects a selector of a field that the definition does not select'(context) {
      const { path } = await define(context);
      const rejected = await context.api.get(`${path}?fieldSelector=spec.size%3D1`);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe('field label not supported: spec.size');
    },

    async 'shows an object in a column with sorted fields'(context) {
      const { path, robot } = await defineFields(
        context,
        { any: free },
        { additionalPrinterColumns: [{ name: 'Any', type: 'string', jsonPath: '.spec.any' }] },
      );
      expectSuccess(await context.api.post(path, robot('a', { any: { b: { d: 1, c: null }, a: 'x' } })), 201);
      const table = await context.api.get(path, { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' });
      expect(table.body.rows[0]?.cells[1]).toBe('{"a":"x","b":{"c":null,"d":1}}');
    },

    async 'creates no object while its definition is being deleted'(context) {
      const { api, eventually } = context;
      const { path, definition, robot, group } = await define(context);
      const metadata = { name: 'a', finalizers: ['example.com/hold'] };
      expectSuccess(await api.post(path, { ...robot('a'), metadata }), 201);
      await api.delete(definition);
      await eventually(async () => (await api.post(path, robot('b'))).status === 403);
      const rejected = await api.post(path, robot('c'));
      const why = 'create not allowed while custom resource definition is terminating';
      expect(rejected.body.message).toBe(`robots.${group} "c" is forbidden: ${why}`);
      const generated = await api.post(path, { ...robot(''), metadata: { generateName: 'd-' } });
      expect(generated.body.message).toBe(`robots.${group} is forbidden: ${why}`);
      const again = await api.post(DEFINITIONS, {
        metadata: { name: `robots.${group}` },
        spec: (await api.get(definition)).body.spec,
      });
      expectError(again, 409, 'AlreadyExists');
      expect(again.body.message).toMatch(/^object is being deleted: customresourcedefinitions/);
      await api.patch(`${path}/a`, 'merge', { metadata: { finalizers: null } });
    },

    async 'warns of a value that a new rule forbids, while it stays'(context) {
      const { api, eventually } = context;
      const fields = (rules: object[]) => ({ name: { type: 'string', 'x-kubernetes-validations': rules } });
      const { path, definition, robot } = await defineFields(context, fields([]));
      expectSuccess(await api.post(path, robot('a', { name: 'old' })), 201);
      expectSuccess(
        await api.patch(definition, 'json', [
          {
            op: 'replace',
            path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties',
            value: fields([{ rule: "self != 'old'", message: 'it is old' }]),
          },
        ]),
      );
      await eventually(
        async () => (await api.post(`${path}?dryRun=All`, robot('b', { name: 'old' }))).status === 422,
      );
      const labelled = await api.patch(`${path}/a`, 'merge', { metadata: { labels: { x: 'y' } } });
      expectSuccess(labelled);
      expect(labelled.warnings).toEqual(['spec.name: Invalid value: "old": it is old']);
      expect((await api.patch(`${path}/a`, 'merge', { spec: { name: 'new' } })).warnings).toEqual([]);
    },

    async 'names once what is wrong in all versions of a definition'({ api, unique }) {
      const group = `${unique('group')}.example.com`;
      const names = { plural: 'robots', kind: 'Robot' };
      const schema = { openAPIV3Schema: { type: 'object' } };
      const columns = [{ name: '', type: 'text', jsonPath: 'x', format: 'binary' }];
      const wrong = {
        additionalPrinterColumns: columns,
        selectableFields: [{ jsonPath: '.spec.none' }],
        subresources: { scale: { specReplicasPath: 'x', statusReplicasPath: '.status.x' } },
      };
      const reject = async (versions: object[], ...causes: string[]) => {
        const spec = { group, scope: 'Namespaced', names, versions };
        expectInvalid(
          await api.post(DEFINITIONS, { metadata: { name: `robots.${group}` }, spec }),
          ...causes,
        );
      };
      const version = (name: string, more: object) => ({
        name,
        served: true,
        storage: false,
        schema,
        ...more,
      });
      const own = ['JSONPath', 'format', 'name', 'type'].map(
        (field) => `additionalPrinterColumns[0].${field}`,
      );
      const fields = [...own, 'selectableFields[0].jsonPath', 'subresources.scale.specReplicasPath'];
      const causeOf = (field: string) =>
        `FieldValue${field.endsWith('.name') ? 'Required' : 'Invalid'} ${field}`;
      const causesIn = (path: string) => fields.map((field) => causeOf(`${path}.${field}`));
      await reject([version('v1', { ...wrong, storage: true })], ...causesIn('spec'));
      await reject([version('v1', { ...wrong, storage: true }), version('v2', wrong)], ...causesIn('spec'));
      const apart = causesIn('spec.versions[0]').map((cause) =>
        cause.replace('selectableFields[0].jsonPath', 'selectableFields'),
      );
      await reject([version('v1', { ...wrong, storage: true }), version('v2', {})], ...apart);
      await reject(
        [version('V1', {})],
        'FieldValueInvalid spec.version',
        'FieldValueInvalid spec.versions',
        'FieldValueInvalid spec.versions[0].name',
        'FieldValueInvalid status.storedVersions',
      );
    },

    async 'keeps the group and the names of a definition'(context) {
      const { api } = context;
      const { definition } = await define(context);
      const change = (spec: object) => api.patch(definition, 'merge', { spec });
      expectInvalid(await change({ group: 'other.example.com' }), 'FieldValueInvalid spec.group');
      expectInvalid(await change({ names: { plural: 'others' } }), 'FieldValueInvalid spec.names.plural');
      const { resourceVersion } = (await api.get(definition)).body.metadata;
      const same = await api.patch(definition, 'merge', { metadata: { finalizers: [], labels: {} } });
      expect(expectSuccess(same).metadata.resourceVersion).toBe(resourceVersion);
    },

    async 'has no page for groups, versions and kinds that no definition has'(context) {
      const { api, namespace } = context;
      const { group, path, robot } = await define(context);
      expectSuccess(await api.post(path, robot('a')), 201);
      const missing = [
        '/nothing',
        '/apis/none.example.com',
        `/apis/none.example.com/v1/namespaces/${namespace}/robots`,
        `/apis/${group}/v2/robots`,
        `/apis/${group}/v1/nothings`,
      ];
      for (const each of missing) {
        const response = await api.get(each);
        expect([response.status, response.type, response.text]).toEqual([
          404,
          'text/plain; charset=utf-8',
          '404 page not found\n',
        ]);
      }
      expectError(await api.get('/apis/apps/v9/deployments'), 404, 'NotFound');
      expectError(await api.get(`${path}/a/none`), 404, 'NotFound');
    },
  },
};
