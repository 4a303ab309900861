import { expect } from 'vitest';
import type { Area } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { configMap, container, deployment, podTemplate, service } from '../manifests.js';
import { configMapsOf, deploymentsOf, servicesOf } from '../paths.js';

const withContainers = (...containers: object[]) =>
  deployment('web', { replicas: 0, template: podTemplate('web', { containers }) });
const containersPatch = (...containers: object[]) => ({ spec: { template: { spec: { containers } } } });

/** JSON, merge and strategic merge patches. */
export const patches: Area = {
  name: 'patches',
  cases: {
    async 'applies the operations of a JSON patch in order'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1', b: '2', c: '3' }));
      const patched = await api.patch(`${configMapsOf(namespace)}/map`, 'json', [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '9' },
        { op: 'remove', path: '/data/b' },
        { op: 'add', path: '/data/d', value: '4' },
        { op: 'copy', from: '/data/a', path: '/data/e' },
        { op: 'move', from: '/data/c', path: '/data/f' },
      ]);
      expect(expectSuccess(patched).data).toEqual({ a: '9', d: '4', e: '9', f: '3' });
    },

    async 'rejects a JSON patch whose test fails and changes nothing'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const rejected = await api.patch(`${configMapsOf(namespace)}/map`, 'json', [
        { op: 'replace', path: '/data/a', value: '2' },
        { op: 'test', path: '/data/a', value: '1' },
      ]);
      expectError(rejected, 422, 'Invalid');
      expect((await api.get(`${configMapsOf(namespace)}/map`)).body.data).toEqual({ a: '1' });
    },

    async 'rejects a JSON patch that removes what does not exist'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const patch = [{ op: 'remove', path: '/data/b' }];
      const rejected = await api.patch(`${configMapsOf(namespace)}/map`, 'json', patch);
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.message).toBe('the server rejected our request due to an error in our request');
      expect(rejected.body.details).toEqual({});
    },

    async 'rejects a JSON patch that is no list'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const rejected = await api.patch(`${configMapsOf(namespace)}/map`, 'json', { op: 'add' });
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe(
        'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
      );
    },

    async 'reads ~1 in a JSON pointer as a slash'({ api, namespace }) {
      await api.post(configMapsOf(namespace), { metadata: { name: 'map', annotations: { 'a.b/c': '1' } } });
      const patch = [{ op: 'replace', path: '/metadata/annotations/a.b~1c', value: '2' }];
      const patched = await api.patch(`${configMapsOf(namespace)}/map`, 'json', patch);
      expect(expectSuccess(patched).metadata.annotations).toEqual({ 'a.b/c': '2' });
    },

    async 'removes by null and replaces lists in a merge patch'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), withContainers(container(), container({ name: 'side' })));
      const patched = await api.patch(`${deploymentsOf(namespace)}/web`, 'merge', {
        spec: { revisionHistoryLimit: 3, ...containersPatch(container({ name: 'other' })).spec },
      });
      expect(expectSuccess(patched).spec).toMatchObject({
        revisionHistoryLimit: 3,
        template: { spec: { containers: [{ name: 'other' }] } },
      });
      const reset = await api.patch(`${deploymentsOf(namespace)}/web`, 'merge', {
        spec: { revisionHistoryLimit: null },
      });
      expect(expectSuccess(reset).spec['revisionHistoryLimit']).toBe(10);
    },

    async 'merges containers by name in a strategic merge patch'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), withContainers(container(), container({ name: 'side' })));
      const patched = await api.patch(
        `${deploymentsOf(namespace)}/web`,
        'strategic',
        containersPatch({ name: 'side', image: 'redis' }),
      );
      expect(expectSuccess(patched).spec).toMatchObject({
        template: {
          spec: {
            containers: [
              { name: 'main', image: 'nginx:1.27' },
              { name: 'side', image: 'redis' },
            ],
          },
        },
      });
    },

    async 'deletes an element by $patch in a strategic merge patch'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), withContainers(container(), container({ name: 'side' })));
      const patched = await api.patch(
        `${deploymentsOf(namespace)}/web`,
        'strategic',
        containersPatch({ name: 'side', $patch: 'delete' }),
      );
      expect(expectSuccess(patched).spec).toMatchObject({
        template: { spec: { containers: [{ name: 'main' }] } },
      });
    },

    async 'replaces a list by $patch in a strategic merge patch'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), withContainers(container(), container({ name: 'side' })));
      const patched = await api.patch(
        `${deploymentsOf(namespace)}/web`,
        'strategic',
        containersPatch(container({ name: 'only' }), { $patch: 'replace' }),
      );
      expect(expectSuccess(patched).spec).toMatchObject({
        template: { spec: { containers: [{ name: 'only' }] } },
      });
    },

    async 'orders elements by $setElementOrder in a strategic merge patch'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), withContainers(container(), container({ name: 'side' })));
      const spec = {
        '$setElementOrder/containers': [{ name: 'side' }, { name: 'main' }],
        containers: [{ name: 'main', image: 'redis' }],
      };
      const patched = await api.patch(`${deploymentsOf(namespace)}/web`, 'strategic', {
        spec: { template: { spec } },
      });
      expect(expectSuccess(patched).spec).toMatchObject({
        template: { spec: { containers: [{ name: 'side' }, { name: 'main', image: 'redis' }] } },
      });
    },

    async 'rejects elements that are not in the order of $setElementOrder'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      for (const order of [['other'], ['b', 'main']]) {
        const spec = {
          '$setElementOrder/containers': order.map((name) => ({ name })),
          containers: [
            { name: 'main', image: 'nginx:2' },
            { name: 'b', image: 'nginx:2' },
          ],
        };
        const rejected = await api.patch(`${deploymentsOf(namespace)}/web`, 'strategic', {
          spec: { template: { spec } },
        });
        expect(rejected.status).toBe(500);
        expect(rejected.body.message).toContain("doesn't match $setElementOrder list:");
      }
    },

    async 'keeps only the named fields by $retainKeys in a strategic merge patch'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), withContainers(container()));
      const strategy = { $retainKeys: ['type'], type: 'Recreate' };
      const patched = await api.patch(`${deploymentsOf(namespace)}/web`, 'strategic', { spec: { strategy } });
      expect(expectSuccess(patched).spec['strategy']).toEqual({ type: 'Recreate' });
    },

    async 'deletes values of a set by $deleteFromPrimitiveList in a strategic merge patch'({
      api,
      namespace,
    }) {
      const metadata = { name: 'map', finalizers: ['example.com/a', 'example.com/b'] };
      await api.post(configMapsOf(namespace), { metadata });
      const patched = await api.patch(`${configMapsOf(namespace)}/map`, 'strategic', {
        metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] },
      });
      expect(expectSuccess(patched).metadata.finalizers).toEqual(['example.com/b']);
    },

    async 'puts added values of a set first in a strategic merge patch'({ api, namespace }) {
      await api.post(configMapsOf(namespace), { metadata: { name: 'map', finalizers: ['example.com/a'] } });
      const patched = await api.patch(`${configMapsOf(namespace)}/map`, 'strategic', {
        metadata: { finalizers: ['example.com/b'] },
      });
      expect(expectSuccess(patched).metadata.finalizers).toEqual(['example.com/b', 'example.com/a']);
    },

    async 'merges Service ports by number in a strategic merge patch'({ api, namespace }) {
      await api.post(servicesOf(namespace), service('web', { ports: [{ name: 'http', port: 80 }] }));
      const patched = await api.patch(`${servicesOf(namespace)}/web`, 'strategic', {
        spec: { ports: [{ name: 'https', port: 443 }] },
      });
      expect(expectSuccess(patched).spec['ports']).toMatchObject([
        { name: 'https', port: 443 },
        { name: 'http', port: 80 },
      ]);
    },

    async 'replaces a list without merge key in a strategic merge patch'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), withContainers(container({ args: ['a', 'b'] })));
      const patched = await api.patch(
        `${deploymentsOf(namespace)}/web`,
        'strategic',
        containersPatch({ name: 'main', args: ['c'] }),
      );
      expect(expectSuccess(patched).spec).toMatchObject({
        template: { spec: { containers: [{ name: 'main', args: ['c'] }] } },
      });
    },

    async 'rejects a strategic merge patch whose element has no merge key'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), withContainers(container()));
      const rejected = await api.patch(
        `${deploymentsOf(namespace)}/web`,
        'strategic',
        containersPatch({ image: 'redis' }),
      );
      expect(rejected.status).toBe(500);
    },

    async 'rejects a patch with an old resourceVersion'({ api, namespace }) {
      const { metadata } = (await api.post(configMapsOf(namespace), configMap('map'))).body;
      await api.patch(`${configMapsOf(namespace)}/map`, 'merge', { data: { a: '1' } });
      const late = { metadata: { resourceVersion: metadata.resourceVersion }, data: { a: '2' } };
      expectError(await api.patch(`${configMapsOf(namespace)}/map`, 'merge', late), 409, 'Conflict');
    },

    async 'rejects a patch that changes the name'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const rejected = await api.patch(`${configMapsOf(namespace)}/map`, 'merge', {
        metadata: { name: 'other' },
      });
      expectError(rejected, 400, 'BadRequest');
    },

    async 'keeps the resourceVersion when a patch changes nothing'({ api, namespace }) {
      const { metadata } = (await api.post(configMapsOf(namespace), configMap('map', { a: '1' }))).body;
      const patched = await api.patch(`${configMapsOf(namespace)}/map`, 'merge', { data: { a: '1' } });
      expect(expectSuccess(patched).metadata.resourceVersion).toBe(metadata.resourceVersion);
    },

    async 'refuses to patch what does not exist'({ api, namespace }) {
      expectError(await api.patch(`${configMapsOf(namespace)}/map`, 'merge', {}), 404, 'NotFound');
    },
  },
};
