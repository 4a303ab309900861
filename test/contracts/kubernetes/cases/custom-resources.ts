import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { causesOf, expectError, expectInvalid, expectSuccess, ownedBy } from '../expectations.js';

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const SCHEMA = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        color: { type: 'string', enum: ['red', 'green'], default: 'red' },
        host: { type: 'string', pattern: '^[a-z.]+$', maxLength: 20 },
        replicas: { type: 'integer' },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, port: { type: 'integer' } },
          },
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
      'x-kubernetes-validations': [
        { rule: "!has(self.host) || self.color == 'green'", message: 'a host needs the color green' },
      ],
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, phase: { type: 'string' } } },
  },
};

interface Custom {
  readonly group: string;
  /** Path of the collection in the namespace. */
  readonly path: string;
  readonly definition: string;
  /** A manifest of the kind. */
  robot(name: string, spec?: object): Record<string, unknown>;
}

/** Creates a definition of the kind Robot in a group of its own, and waits until it is served. */
export async function define(
  { api, namespace, unique, eventually }: CaseContext,
  version: object = {},
): Promise<Custom> {
  const group = `${unique('group')}.example.com`;
  const definition = `${DEFINITIONS}/robots.${group}`;
  const spec = {
    group,
    scope: 'Namespaced',
    names: { plural: 'robots', singular: 'robot', kind: 'Robot', shortNames: ['rb'], categories: ['all'] },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: SCHEMA }, ...version }],
  };
  expectSuccess(await api.post(DEFINITIONS, { metadata: { name: `robots.${group}` }, spec }), 201);
  const path = `/apis/${group}/v1/namespaces/${namespace}/robots`;
  await eventually(async () => (await api.get(path)).status === 200);
  return {
    group,
    path,
    definition,
    robot: (name, more = { size: 1 }) => ({
      apiVersion: `${group}/v1`,
      kind: 'Robot',
      metadata: { name },
      spec: more,
    }),
  };
}

const subresources = {
  status: {},
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
};

/** CustomResourceDefinitions and their objects. */
export const customResources: Area = {
  name: 'custom resources',
  cases: {
    async 'serves the kind of a definition'(context) {
      const { api } = context;
      const { path, robot } = await define(context);
      const created = expectSuccess(await api.post(path, robot('a')), 201);
      expect(created).toMatchObject({ kind: 'Robot', metadata: { generation: 1 } });
      expect(expectSuccess(await api.get(path))).toMatchObject({
        kind: 'RobotList',
        items: [{ kind: 'Robot' }],
      });
    },

    async 'reports a definition as established'(context) {
      const { definition } = await define(context);
      const { status } = expectSuccess(await context.api.get(definition));
      expect(status).toMatchObject({
        acceptedNames: { plural: 'robots', kind: 'Robot', listKind: 'RobotList', shortNames: ['rb'] },
        storedVersions: ['v1'],
        conditions: [
          { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
          { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
        ],
      });
    },

    async 'lists the kind of a definition in discovery'(context) {
      const { group } = await define(context);
      // Shortly after the definition is established.
      const text = await context.eventually(async () => {
        const response = await context.api.get(`/apis/${group}/v1`);
        return response.status === 200 && response.text;
      });
      expect(JSON.parse(text)).toMatchObject({
        resources: [
          { name: 'robots', singularName: 'robot', kind: 'Robot', shortNames: ['rb'], categories: ['all'] },
        ],
      });
    },

    async 'publishes the schema of a definition in OpenAPI v3'(context) {
      const { group } = await define(context);
      await context.eventually(async () => {
        const { status, text } = await context.api.get(`/openapi/v3/apis/${group}/v1`);
        return status === 200 && text.includes('"maximum":10');
      });
    },

    async 'rejects an object against the schema, and names each field'(context) {
      const { api } = context;
      const { path, robot } = await define(context);
      const rejected = await api.post(path, robot('a', { size: 11, color: 'blue', host: 'A' }));
      expectInvalid(
        rejected,
        'FieldValueInvalid spec.size',
        'FieldValueNotSupported spec.color',
        'FieldValueInvalid spec.host',
        'FieldValueInvalid <nil>',
      );
    },

    async 'rejects an object without a required field'(context) {
      const { path, robot } = await define(context);
      const rejected = await context.api.post(path, robot('a', {}));
      expect(causesOf(rejected)).toContain('FieldValueRequired spec.size');
    },

    async 'rejects a value of another type'(context) {
      const { path, robot } = await define(context);
      const rejected = await context.api.post(path, robot('a', { size: 'big' }));
      expectError(rejected, 422, 'Invalid');
      expect(causesOf(rejected)).toContain('FieldValueTypeInvalid spec.size');
    },

    async 'fills in defaults of the schema'(context) {
      const { path, robot } = await define(context);
      expect(expectSuccess(await context.api.post(path, robot('a')), 201).spec).toEqual({
        size: 1,
        color: 'red',
      });
    },

    async 'drops fields that the schema does not know, and warns'(context) {
      const { path, robot } = await define(context);
      const created = await context.api.post(
        path,
        robot('a', { size: 1, weight: 7, free: { any: 'thing' } }),
      );
      expect(expectSuccess(created, 201).spec).toEqual({ size: 1, color: 'red', free: { any: 'thing' } });
      expect(created.warnings).toEqual(['unknown field "spec.weight"']);
    },

    async 'rejects unknown fields for fieldValidation=Strict'(context) {
      const { path, robot } = await define(context);
      const rejected = await context.api.post(
        `${path}?fieldValidation=Strict`,
        robot('a', { size: 1, weight: 7 }),
      );
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toContain('strict decoding error: unknown field "spec.weight"');
    },

    async 'checks the rules of x-kubernetes-validations'(context) {
      const { path, robot } = await define(context);
      const rejected = await context.api.post(path, robot('a', { size: 1, host: 'a.b' }));
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.message).toContain('a host needs the color green');
      expect(causesOf(rejected)).toEqual(['FieldValueInvalid spec']);
    },

    async 'keeps status apart with a status subresource'(context) {
      const { api } = context;
      const { path, robot } = await define(context, { subresources });
      const created = await api.post(path, { ...robot('a'), status: { phase: 'Ready' } });
      expect(expectSuccess(created, 201).status).toBeUndefined();
      const patched = await api.patch(`${path}/a/status`, 'merge', {
        status: { phase: 'Ready' },
        spec: { size: 2 },
      });
      expect(expectSuccess(patched)).toMatchObject({ spec: { size: 1 }, status: { phase: 'Ready' } });
      expect(patched.body.metadata.generation).toBe(1);
      const changed = await api.patch(`${path}/a`, 'merge', { status: { phase: 'Lost' }, spec: { size: 2 } });
      expect(expectSuccess(changed)).toMatchObject({ spec: { size: 2 }, status: { phase: 'Ready' } });
      expect(changed.body.metadata.generation).toBe(2);
    },

    async 'has no status subresource unless the definition says so'(context) {
      const { path, robot } = await define(context);
      await context.api.post(path, robot('a'));
      expectError(await context.api.get(`${path}/a/status`), 404, 'NotFound');
    },

    async 'scales by the paths of the scale subresource'(context) {
      const { api } = context;
      const { path, robot } = await define(context, { subresources });
      await api.post(path, robot('a', { size: 1, replicas: 2 }));
      expect(expectSuccess(await api.get(`${path}/a/scale`))).toMatchObject({
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        spec: { replicas: 2 },
        status: { replicas: 0 },
      });
      expectSuccess(await api.patch(`${path}/a/scale`, 'merge', { spec: { replicas: 5 } }));
      expect((await api.get(`${path}/a`)).body.spec['replicas']).toBe(5);
    },

    async 'rejects a scale below zero and one of another object'(context) {
      const { api } = context;
      const { path, robot } = await define(context, { subresources });
      await api.post(path, robot('a', { size: 1, replicas: 2 }));
      const below = await api.patch(`${path}/a/scale`, 'merge', { spec: { replicas: -1 } });
      expectInvalid(below, 'FieldValueInvalid .spec.replicas');
      expect(below.body.message).toContain('Invalid value: -1: should be a non-negative integer');
      const scale = (await api.get(`${path}/a/scale`)).body;
      const renamed = { ...scale, metadata: { ...scale.metadata, name: 'b' } };
      const other = await api.put(`${path}/a/scale`, renamed);
      expectError(other, 400, 'BadRequest');
      expect(other.body.message).toBe('the name of the object (b) does not match the name on the URL (a)');
    },

    async 'shows a scale with its columns'(context) {
      const { api } = context;
      const { path, robot } = await define(context, { subresources });
      await api.post(path, robot('a', { size: 1, replicas: 2 }));
      const table = await api.get(`${path}/a/scale`, {
        accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
      });
      expect(expectSuccess(table).columnDefinitions.map(({ name }) => name)).toEqual([
        'Name',
        'Desired',
        'Available',
        'Age',
      ]);
      expect(table.body.rows[0]?.cells.slice(0, 3)).toEqual(['a', 2, 0]);
    },

    async 'rejects an object of another kind or version, or of none'(context) {
      const { path, robot } = await define(context);
      const { apiVersion, kind, ...rest } = robot('a') as { apiVersion: string; kind: string };
      const unversioned = await context.api.post(path, { kind, ...rest });
      expectError(unversioned, 400, 'BadRequest');
      expect(unversioned.body.message).toBe(
        `the API version in the data () does not match the expected API version (${apiVersion})`,
      );
      const unknown = await context.api.post(path, { apiVersion, ...rest });
      expectError(unknown, 400, 'BadRequest');
      expect(unknown.body.message).toContain(
        "the object provided is unrecognized (must be of type Robot): Object 'Kind' is missing in '{",
      );
      const other = await context.api.post(path, { apiVersion, kind: 'Human', ...rest });
      expectInvalid(other, 'FieldValueInvalid kind');
      expect(other.body.message).toContain('kind: Invalid value: "Human": must be Robot');
    },

    async 'warns of a deprecated version'(context) {
      const { api } = context;
      const { path, robot } = await define(context, { deprecated: true, deprecationWarning: 'use v2' });
      expect((await api.post(path, robot('a'))).warnings).toEqual(['use v2']);
      expect((await api.get(path)).warnings).toEqual(['use v2']);
      const other = await define(context, { deprecated: true });
      expect((await api.get(`${other.path}`)).warnings).toEqual([`${other.group}/v1 Robot is deprecated`]);
    },

    async 'keeps objects that a stricter definition would refuse'(context) {
      const { api, eventually } = context;
      const { path, definition, robot } = await define(context);
      await api.post(path, robot('a'));
      const { spec } = SCHEMA.properties;
      const strict = {
        ...SCHEMA,
        properties: {
          ...SCHEMA.properties,
          spec: {
            ...spec,
            required: ['size', 'host'],
            properties: { ...spec.properties, size: { type: 'integer', minimum: 5 } },
          },
        },
      };
      expectSuccess(
        await api.patch(definition, 'json', [
          { op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema', value: strict },
        ]),
      );
      await eventually(async () => (await api.post(`${path}?dryRun=All`, robot('b'))).status === 422);
      const labelled = await api.patch(`${path}/a`, 'merge', { metadata: { labels: { x: 'y' } } });
      expect(expectSuccess(labelled).metadata.labels).toEqual({ x: 'y' });
      const changed = await api.patch(`${path}/a`, 'merge', { spec: { color: 'green' } });
      expectError(changed, 422, 'Invalid');
    },

    async 'serves the fields that a version and the stored one have, with the defaults of the stored one'(
      context,
    ) {
      const { api, namespace, unique, eventually } = context;
      const group = `${unique('group')}.example.com`;
      const schemaWith = (fields: object) => ({
        openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: fields } } },
      });
      const text = { type: 'string' };
      const spec = {
        group,
        scope: 'Namespaced',
        names: { plural: 'robots', singular: 'robot', kind: 'Robot' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: schemaWith({ a: text, b: text }) },
          {
            name: 'v2',
            served: true,
            storage: false,
            schema: schemaWith({ a: text, c: { ...text, default: 'own' } }),
          },
        ],
      };
      expectSuccess(await api.post(DEFINITIONS, { metadata: { name: `robots.${group}` }, spec }), 201);
      const path = (version: string) => `/apis/${group}/${version}/namespaces/${namespace}/robots`;
      await eventually(async () => (await api.get(path('v2'))).status === 200);
      const robot = (version: string, name: string, own: object) =>
        api.post(path(version), {
          apiVersion: `${group}/${version}`,
          kind: 'Robot',
          metadata: { name },
          spec: own,
        });
      expectSuccess(await robot('v2', 'x', { a: '1', c: '2' }), 201);
      expectSuccess(await robot('v1', 'y', { a: '1', b: '2' }), 201);
      const read = async (version: string, name: string) =>
        expectSuccess(await api.get(`${path(version)}/${name}`)).spec;
      expect(await read('v2', 'x')).toEqual({ a: '1' });
      expect(await read('v1', 'x')).toEqual({ a: '1' });
      expect(await read('v1', 'y')).toEqual({ a: '1', b: '2' });
      expect(await read('v2', 'y')).toEqual({ a: '1' });
    },

    async 'requires a webhook of the conversion by webhook'({ api, unique }) {
      const group = `${unique('group')}.example.com`;
      const rejected = await api.post(`${DEFINITIONS}?dryRun=All`, {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `robots.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'robots', kind: 'Robot' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } }],
          conversion: { strategy: 'Webhook' },
        },
      });
      expectInvalid(
        rejected,
        'FieldValueRequired spec.conversion.webhookClientConfig',
        'FieldValueRequired spec.conversion.conversionReviewVersions',
      );
    },

    async 'shows the columns of the definition in a table'(context) {
      const additionalPrinterColumns = [
        { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
        { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
      ];
      const { path, robot } = await define(context, { additionalPrinterColumns });
      await context.api.post(path, robot('a'));
      const table = await context.api.get(path, { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' });
      expect(
        expectSuccess(table).columnDefinitions.map(({ name, priority }) => `${name} ${priority}`),
      ).toEqual(['Name 0', 'Size 0', 'Color 1']);
      expect(table.body.rows[0]?.cells).toEqual(['a', 1, 'red']);
    },

    async 'watches custom objects'(context) {
      const { path, robot } = await define(context);
      await context.api.post(path, robot('a'));
      expect(await firstEvent(context, path)).toMatchObject({
        type: 'ADDED',
        object: { kind: 'Robot', metadata: { name: 'a' } },
      });
    },

    async 'sends an Expired error for a resourceVersion before the definition'(context) {
      const { path, robot } = await define(context);
      await context.api.post(path, robot('a'));
      expect(await firstEvent(context, `${path}?resourceVersion=1`)).toMatchObject({
        type: 'ERROR',
        object: { kind: 'Status', code: 410, reason: 'Expired' },
      });
    },

    async 'rejects a strategic merge patch of a custom object'(context) {
      const { path, robot } = await define(context);
      await context.api.post(path, robot('a'));
      const rejected = await context.api.patch(`${path}/a`, 'strategic', { spec: { size: 2 } });
      expectError(rejected, 415, 'UnsupportedMediaType');
    },

    async 'merges a list of the type map in server-side apply'(context) {
      const { api } = context;
      const { path, robot } = await define(context);
      const ports = (...names: string[]) => ({ size: 1, ports: names.map((name) => ({ name, port: 80 })) });
      expectSuccess(await api.apply(`${path}/a`, robot('a', ports('one', 'two')), { manager: 'a' }), 201);
      expectSuccess(await api.apply(`${path}/a`, robot('a', ports('three')), { manager: 'b' }));
      const applied = await api.apply(`${path}/a`, robot('a', ports('two')), { manager: 'a' });
      expect(expectSuccess(applied).spec['ports']).toEqual([
        { name: 'two', port: 80 },
        { name: 'three', port: 80 },
      ]);
      expect(ownedBy(applied, 'b')?.fieldsV1).toMatchObject({
        'f:spec': { 'f:ports': { 'k:{"name":"three"}': { '.': {}, 'f:name': {}, 'f:port': {} } } },
      });
    },

    async 'rejects a definition whose name is not plural and group'({ api, unique }) {
      const group = `${unique('group')}.example.com`;
      const names = { plural: 'robots', kind: 'Robot' };
      const schema = { openAPIV3Schema: { type: 'object' } };
      const versions = [{ name: 'v1', served: true, storage: true, schema }];
      const spec = { group, scope: 'Namespaced', names, versions };
      const rejected = await api.post(DEFINITIONS, { metadata: { name: `other.${group}` }, spec });
      expectInvalid(rejected, 'FieldValueInvalid metadata.name');
    },

    async 'rejects a definition without a schema'({ api, unique }) {
      const group = `${unique('group')}.example.com`;
      const names = { plural: 'robots', kind: 'Robot' };
      const spec = {
        group,
        scope: 'Namespaced',
        names,
        versions: [{ name: 'v1', served: true, storage: true }],
      };
      const rejected = await api.post(DEFINITIONS, { metadata: { name: `robots.${group}` }, spec });
      expect(causesOf(rejected)).toContain('FieldValueRequired spec.versions[0].schema.openAPIV3Schema');
    },

    async 'deletes the objects with their definition'(context) {
      const { api, eventually } = context;
      const { path, definition, robot } = await define(context);
      await api.post(path, robot('a'));
      expectSuccess(await api.delete(definition));
      await eventually(async () => (await api.get(definition)).status === 404);
      await eventually(async () => (await api.get(path)).status === 404);
    },
  },
};

/** The first event of a watch. An API server ends the watches of a new kind once, when its definition is accepted. */
function firstEvent({ api, eventually }: CaseContext, path: string) {
  return eventually(async () => {
    await using watch = await api.watch(`${path}${path.includes('?') ? '&' : '?'}timeoutSeconds=1`);
    return await watch.next();
  });
}
