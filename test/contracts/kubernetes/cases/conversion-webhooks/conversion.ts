import { expect } from 'vitest';
import type { Area } from '../../contract-case.js';
import { expectError, expectSuccess, ownedBy } from '../../expectations.js';
import { ALLOWED, type ReviewRequest } from '../../webhook-server.js';
import { type ConversionRequest, converting, define, subresources, VERSIONS } from './endpoint-definition.js';

const withSubresources = VERSIONS.map((version) => ({ ...version, subresources }));

/** What is converted, and to which version. */
export const conversion: Area['cases'] = {
  async 'serves an object in each version'(context) {
    const { api, path, create } = await define(context);
    await create('a', 'host:80');
    const first = expectSuccess(await api.get(path('v1', 'a')));
    const second = expectSuccess(await api.get(path('v2', 'a')));
    expect(first.spec).toEqual({ address: 'host:80' });
    expect(second.spec).toEqual({ host: 'host', port: '80' });
    expect(second.apiVersion).toMatch(/\/v2$/);
    expect(second.metadata).toEqual(first.metadata);
  },

  async 'stores an object of another version as the webhook converts it'(context) {
    const { api, path, endpoint } = await define(context);
    const created = expectSuccess(
      await api.post(path('v2'), endpoint('v2', 'a', { host: 'host', port: '80' })),
      201,
    );
    expect(created.apiVersion).toMatch(/\/v2$/);
    // The stored object has no protocol, and a conversion sets no defaults.
    expect(created.spec).toEqual({ host: 'host', port: '80' });
    expect(expectSuccess(await api.get(path('v1', 'a'))).spec).toEqual({ address: 'host:80' });
  },

  async 'answers a dry run in the version of the path'(context) {
    const { api, path, endpoint } = await define(context);
    const body = endpoint('v2', 'a', { host: 'host', port: '80' });
    const created = expectSuccess(await api.post(`${path('v2')}?dryRun=All`, body), 201);
    expect(created).toMatchObject({ apiVersion: body.apiVersion, spec: body.spec });
    expectError(await api.get(path('v2', 'a')), 404, 'NotFound');
  },

  async 'sends a webhook the objects, their version and that of the path'(context) {
    const requests: ConversionRequest[] = [];
    const { api, group, path, create } = await define(context, {
      converter(request) {
        requests.push(request);
        return converting(request);
      },
    });
    await create('a', 'host:80');
    expectSuccess(await api.get(path('v2', 'a')));
    const request = requests.find(({ desiredAPIVersion }) => desiredAPIVersion.endsWith('/v2'));
    expect(request?.desiredAPIVersion).toBe(`${group}/v2`);
    expect(request?.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(request?.objects).toHaveLength(1);
    expect(request?.objects[0]).toMatchObject({
      apiVersion: `${group}/v1`,
      kind: 'Endpoint',
      metadata: { name: 'a', namespace: context.namespace },
      spec: { address: 'host:80' },
    });
    expect(request?.objects[0]).not.toHaveProperty('metadata.resourceVersion');
  },

  async 'does not call a webhook for an object of the version that is stored'(context) {
    const requests: ConversionRequest[] = [];
    const { api, path, create } = await define(context, {
      converter(request) {
        requests.push(request);
        return converting(request);
      },
    });
    await create('a');
    expectSuccess(await api.get(path('v1', 'a')));
    expect(
      requests.flatMap(({ desiredAPIVersion }) => desiredAPIVersion).filter((v) => v.endsWith('v1')),
    ).toEqual([]);
  },

  async 'lists objects that are stored in several versions'(context) {
    const { api, path, endpoint, create, store, definition } = await define(context);
    await create('a', 'one:1');
    await store('v2');
    expectSuccess(await api.post(path('v2'), endpoint('v2', 'b', { host: 'two', port: '2' })), 201);
    const named = async (version: string) =>
      expectSuccess(await api.get(path(version)))
        .items.filter(({ metadata }) => ['a', 'b'].includes(metadata.name))
        .map(({ apiVersion, spec }) => ({ version: apiVersion.split('/')[1], ...spec }));
    expect(await named('v1')).toEqual([
      { version: 'v1', address: 'one:1' },
      { version: 'v1', address: 'two:2' },
    ]);
    expect(await named('v2')).toMatchObject([
      { version: 'v2', host: 'one', port: '1' },
      { version: 'v2', host: 'two', port: '2' },
    ]);
    const { status } = expectSuccess(await api.get(definition));
    expect(status['storedVersions']).toEqual(['v1', 'v2']);
  },

  async 'sends the events of a watch in its version'(context) {
    const { api, path, create } = await define(context);
    await create('a', 'one:1');
    await using watch = await api.watch(`${path('v2')}?watch=true`);
    const added = await watch.next();
    expect(added).toMatchObject({ type: 'ADDED', object: { spec: { host: 'one', port: '1' } } });
    expectSuccess(await api.patch(path('v1', 'a'), 'merge', { spec: { address: 'two:2' } }));
    expect(await watch.next()).toMatchObject({
      type: 'MODIFIED',
      object: { spec: { host: 'two', port: '2' } },
    });
    expectSuccess(await api.delete(path('v1', 'a')));
    const deleted = await watch.next();
    expect(deleted).toMatchObject({ type: 'DELETED', object: { spec: { host: 'two', port: '2' } } });
    expect(deleted?.object.apiVersion).toMatch(/\/v2$/);
  },

  async 'changes an object in another version than the stored one'(context) {
    const { api, path, create } = await define(context);
    await create('a', 'host:80');
    const patched = expectSuccess(await api.patch(path('v2', 'a'), 'merge', { spec: { port: '81' } }));
    expect(patched.spec).toEqual({ host: 'host', port: '81' });
    const current = expectSuccess(await api.get(path('v2', 'a')));
    const updated = await api.put(path('v2', 'a'), { ...current, spec: { host: 'other', port: '82' } });
    expect(expectSuccess(updated).spec).toMatchObject({ host: 'other', port: '82' });
    expect(expectSuccess(await api.get(path('v1', 'a'))).spec).toEqual({ address: 'other:82' });
  },

  async 'validates an object in the version of its request'(context) {
    const { api, path, endpoint } = await define(context);
    const long = { host: 'a-name-that-is-longer-than-v1-allows', port: '80' };
    expectSuccess(await api.post(path('v2'), endpoint('v2', 'a', long)), 201);
    const rejected = await api.post(path('v1'), endpoint('v1', 'b', { address: `${long.host}:80` }));
    expectError(rejected, 422, 'Invalid');
  },

  async 'removes fields that the version does not have from what a webhook converts'(context) {
    const { api, path, create } = await define(context, {
      converter: ({ objects, desiredAPIVersion: apiVersion }) => ({
        convertedObjects: objects.map((object) => ({ ...object, apiVersion, spec: { host: 'x', junk: 1 } })),
        result: { status: 'Success' },
      }),
    });
    await create('a');
    expect(expectSuccess(await api.get(path('v2', 'a'))).spec).toEqual({ host: 'x' });
  },

  async 'converts the status and the scale of an object'(context) {
    const { api, path, create } = await define(context, { versions: withSubresources });
    await create('a', 'host:80');
    expectSuccess(
      await api.patch(path('v2', 'a/status'), 'merge', { status: { phase: 'Ready', replicas: 2 } }),
    );
    const scaled = await api.patch(path('v2', 'a/scale'), 'merge', { spec: { replicas: 3 } });
    expect(expectSuccess(scaled)).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 3 },
      status: { replicas: 2 },
    });
    const stored = expectSuccess(await api.get(path('v1', 'a')));
    expect(stored).toMatchObject({
      spec: { address: 'host:80', replicas: 3 },
      status: { phase: 'Ready', replicas: 2 },
    });
    expect(expectSuccess(await api.get(path('v2', 'a/status'))).spec).toMatchObject({
      host: 'host',
      replicas: 3,
    });
    expect(expectSuccess(await api.get(path('v2', 'a/scale'))).spec).toEqual({ replicas: 3 });
  },

  async 'keeps labels and annotations that a webhook changes, and nothing else of the metadata'(context) {
    const { api, path, create } = await define(context, {
      converter: ({ objects, desiredAPIVersion: apiVersion }) => ({
        convertedObjects: objects.map(({ metadata: { name, namespace, uid }, ...object }) => ({
          ...object,
          apiVersion,
          metadata: { name, namespace, uid, labels: { of: apiVersion.split('/')[1] }, generation: 99 },
        })),
        result: { status: 'Success' },
      }),
    });
    await create('a');
    const stored = expectSuccess(await api.get(path('v1', 'a')));
    const { metadata } = expectSuccess(await api.get(path('v2', 'a')));
    expect(metadata).toEqual({ ...stored.metadata, labels: { of: 'v2' } });
  },

  async 'applies a configuration in another version than the stored one'(context) {
    const { api, path, endpoint } = await define(context);
    const applied = await api.apply(path('v2', 'a'), endpoint('v2', 'a', { host: 'host', port: '80' }), {
      manager: 'me',
    });
    expectSuccess(applied, 201);
    expect(ownedBy(applied, 'me')?.fieldsV1).toEqual({ 'f:spec': { 'f:host': {}, 'f:port': {} } });
    const again = await api.apply(path('v2', 'a'), endpoint('v2', 'a', { host: 'other', port: '80' }), {
      manager: 'me',
    });
    expect(expectSuccess(again).spec).toMatchObject({ host: 'other', port: '80' });
    expect(expectSuccess(await api.get(path('v1', 'a'))).spec).toEqual({ address: 'other:80' });
  },

  async 'finds conflicts between managers of several versions'(context) {
    const { api, path, endpoint } = await define(context);
    expectSuccess(
      await api.apply(path('v1', 'a'), endpoint('v1', 'a', { address: 'host:80' }), { manager: 'first' }),
      201,
    );
    const config = endpoint('v2', 'a', { host: 'other', port: '80' });
    const rejected = await api.apply(path('v2', 'a'), config, { manager: 'second' });
    expectError(rejected, 409, 'Conflict');
    expect(rejected.body.message).toMatch(/conflict with "first": \.spec\.address/);
    const forced = await api.apply(path('v2', 'a'), config, { manager: 'second', force: true });
    expectSuccess(forced);
    expect(ownedBy(forced, 'first')).toBeUndefined();
  },

  async 'converts an object for admission webhooks of an equivalent version'(context) {
    const requests: ReviewRequest[] = [];
    const { api, group, path, endpoint } = await define(context);
    const clientConfig = context.serve((request) => {
      requests.push(request);
      return ALLOWED;
    });
    const name = context.unique('webhook');
    expectSuccess(
      await api.post('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
        metadata: { name },
        webhooks: [
          {
            name: `${name}.example.com`,
            clientConfig,
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            rules: [{ apiGroups: [group], apiVersions: ['v1'], operations: ['*'], resources: ['*'] }],
          },
        ],
      }),
      201,
    );
    await context.eventually(async () => {
      await api.post(`${path('v2')}?dryRun=All`, endpoint('v2', 'a', { host: 'host', port: '80' }));
      return requests.length > 0;
    });
    expect(requests[0]).toMatchObject({
      resource: { version: 'v1' },
      requestResource: { version: 'v2' },
      object: { apiVersion: `${group}/v1`, spec: { address: 'host:80' } },
    });
  },
};
