import { expect } from 'vitest';
import type { Area } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { configMap, deployment, pod } from '../manifests.js';
import { configMapsOf, deploymentsOf, podsOf } from '../paths.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Quantities as they are written and as they are stored. */
const QUANTITIES: Readonly<Record<string, string>> = {
  '1000m': '1',
  '0.1': '100m',
  '.5': '500m',
  '00.50': '500m',
  '2000': '2k',
  '1000k': '1M',
  '0Gi': '0',
  '1024': '1024',
  '1.5Gi': '1536Mi',
  '1024Ki': '1Mi',
  '1023Ki': '1023Ki',
  '0.5Ki': '512',
  '0.1Ki': '102400m',
  '1.1Ki': '1126400m',
  '1e3': '1e3',
  '1E2': '100',
  '1e4': '10e3',
  '1e-3': '1e-3',
  '1000000000000Ei': '9223372036854775807',
};

/** Creation and replacement of objects. */
export const objects: Area = {
  name: 'objects',
  cases: {
    async 'gives a created object uid, resourceVersion and creationTimestamp'({ api, namespace }) {
      const { metadata } = expectSuccess(await api.post(configMapsOf(namespace), configMap('map')), 201);
      expect(metadata).toMatchObject({
        name: 'map',
        namespace,
        uid: expect.stringMatching(UUID),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      });
    },

    async 'ignores uid and creationTimestamp of a body'({ api, namespace }) {
      const metadata = { name: 'map', uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z' };
      const created = expectSuccess(
        await api.post(configMapsOf(namespace), { ...configMap('map'), metadata }),
        201,
      );
      expect(created.metadata.uid).toMatch(UUID);
      expect(created.metadata).not.toMatchObject({ creationTimestamp: '2001-01-01T00:00:00Z' });
    },

    async 'refuses to create an object with a resourceVersion'({ api, namespace }) {
      const metadata = { name: 'map', resourceVersion: '1' };
      const rejected = await api.post(configMapsOf(namespace), { ...configMap('map'), metadata });
      expect(rejected.status).toBe(500);
      expect(rejected.body.message).toBe('resourceVersion should not be set on objects to be created');
    },

    async 'refuses to create an object that exists'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const rejected = await api.post(configMapsOf(namespace), configMap('map'));
      expectError(rejected, 409, 'AlreadyExists');
      expect(rejected.body).toMatchObject({
        message: 'configmaps "map" already exists',
        details: { name: 'map', kind: 'configmaps' },
      });
    },

    async 'adds five letters to generateName'({ api, namespace }) {
      const body = { metadata: { generateName: 'map-' } };
      const names = [
        await api.post(configMapsOf(namespace), body),
        await api.post(configMapsOf(namespace), body),
      ].map((created) => expectSuccess(created, 201).metadata.name);
      expect(names).toEqual([
        expect.stringMatching(/^map-[a-z0-9]{5}$/),
        expect.stringMatching(/^map-[a-z0-9]{5}$/),
      ]);
      expect(names[0]).not.toBe(names[1]);
    },

    async 'shortens a long generateName to 63 characters'({ api, namespace }) {
      const created = await api.post(configMapsOf(namespace), {
        metadata: { generateName: 'm'.repeat(100) },
      });
      expect(expectSuccess(created, 201).metadata.name).toMatch(/^m{58}[a-z0-9]{5}$/);
    },

    async 'rejects an object with neither name nor generateName'({ api, namespace }) {
      const rejected = await api.post(configMapsOf(namespace), { metadata: {} });
      expectInvalid(rejected, 'FieldValueRequired metadata.name');
    },

    async 'rejects an object of another namespace than the path'({ api, namespace }) {
      const rejected = await api.post(configMapsOf(namespace), {
        metadata: { name: 'map', namespace: 'default' },
      });
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    },

    async 'rejects an object of another kind than the path'({ api, namespace }) {
      const rejected = await api.post(configMapsOf(namespace), { ...configMap('map'), kind: 'Secret' });
      expectError(rejected, 400, 'BadRequest');
    },

    async 'rejects an object of another version than the path'({ api, namespace }) {
      const rejected = await api.post(configMapsOf(namespace), { ...configMap('map'), apiVersion: 'v2' });
      expectError(rejected, 400, 'BadRequest');
    },

    async 'rejects a body that is no JSON'({ api, namespace }) {
      expectError(await api.post(configMapsOf(namespace), '{"a":'), 400, 'BadRequest');
    },

    async 'rejects a value of another type as a bad request'({ api, namespace }) {
      const rejected = await api.post(deploymentsOf(namespace), deployment('web', { replicas: 'three' }));
      expectError(rejected, 400, 'BadRequest');
    },

    async 'rejects a quantity that cannot be parsed as a bad request'({ api, namespace }) {
      const resources = { requests: { cpu: 'much' } };
      const containers = [{ name: 'main', image: 'nginx', resources }];
      expectError(await api.post(podsOf(namespace), pod('web', { containers })), 400, 'BadRequest');
    },

    async 'rejects an object in a namespace that does not exist'({ api }) {
      const rejected = await api.post(configMapsOf('never-made'), configMap('map'));
      expectError(rejected, 404, 'NotFound');
      expect(rejected.body.message).toBe('namespaces "never-made" not found');
    },

    async 'refuses to create at the path of an object'({ api, namespace }) {
      const rejected = await api.post(`${configMapsOf(namespace)}/map`, configMap('map'));
      expectError(rejected, 405, 'MethodNotAllowed');
    },

    async 'replaces an object and changes its resourceVersion'({ api, namespace }) {
      const { body } = await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const replaced = expectSuccess(
        await api.put(`${configMapsOf(namespace)}/map`, { ...body, data: { b: '2' } }),
      );
      expect(replaced.data).toEqual({ b: '2' });
      expect(Number(replaced.metadata.resourceVersion)).toBeGreaterThan(
        Number(body.metadata.resourceVersion),
      );
      expect(replaced.metadata.uid).toBe(body.metadata.uid);
    },

    async 'keeps the resourceVersion when a replacement changes nothing'({ api, namespace }) {
      const { body } = await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const replaced = expectSuccess(await api.put(`${configMapsOf(namespace)}/map`, body));
      expect(replaced.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
    },

    async 'rejects a replacement with an old resourceVersion'({ api, namespace }) {
      const path = `${configMapsOf(namespace)}/map`;
      const { body } = await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      await api.put(path, { ...body, data: { a: '2' } });
      const rejected = await api.put(path, { ...body, data: { a: '3' } });
      expectError(rejected, 409, 'Conflict');
      expect(rejected.body.message).toBe(
        'Operation cannot be fulfilled on configmaps "map": the object has been modified; please apply your changes to the latest version and try again',
      );
    },

    async 'replaces without a resourceVersion whatever the present one is'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const replaced = await api.put(`${configMapsOf(namespace)}/map`, configMap('map', { a: '2' }));
      expect(expectSuccess(replaced).data).toEqual({ a: '2' });
    },

    async 'refuses to replace an object of another uid'({ api, namespace }) {
      const { body } = await api.post(configMapsOf(namespace), configMap('map'));
      const metadata = { ...body.metadata, uid: '7f3c9a52-6f0e-4c0e-9d0a-2b1a6f1f2d11' };
      expectError(await api.put(`${configMapsOf(namespace)}/map`, { ...body, metadata }), 409, 'Conflict');
    },

    async 'refuses to replace with a body without name'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      expectError(await api.put(`${configMapsOf(namespace)}/map`, { metadata: {} }), 400, 'BadRequest');
    },

    async 'refuses to replace with a resourceVersion that is no number'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      for (const resourceVersion of ['x', '-1', '1.0', '99999999999999999999999']) {
        const metadata = { name: 'map', resourceVersion };
        const rejected = await api.put(`${configMapsOf(namespace)}/map`, { ...configMap('map'), metadata });
        expect(rejected.status, resourceVersion).toBe(500);
        expect(rejected.body.message).toContain(`strconv.ParseUint: parsing "${resourceVersion}": `);
      }
    },

    async 'replaces whatever the present version is at resourceVersion 0'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const metadata = { name: 'map', resourceVersion: '0' };
      const body = { ...configMap('map', { a: '1' }), metadata };
      expect(expectSuccess(await api.put(`${configMapsOf(namespace)}/map`, body)).data).toEqual({ a: '1' });
    },

    async 'shows what a dry run would create without a resourceVersion'({ api, namespace }) {
      const created = await api.post(`${configMapsOf(namespace)}?dryRun=All`, configMap('map'));
      const { metadata } = expectSuccess(created, 201);
      expect(metadata.uid).toMatch(UUID);
      expect(metadata).not.toHaveProperty('resourceVersion');
      const applied = await api.apply(`${configMapsOf(namespace)}/map`, configMap('map'), {
        ...{ manager: 'contract', query: 'dryRun=All' },
      });
      expect(expectSuccess(applied, 201).metadata).not.toHaveProperty('resourceVersion');
    },

    async 'stores quantities in their canonical form'({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/resourcequotas?dryRun=All`;
      for (const [quantity, stored] of Object.entries(QUANTITIES)) {
        const hard = { 'limits.memory': quantity };
        const created = await api.post(path, { metadata: { name: 'quota' }, spec: { hard } });
        expect(expectSuccess(created, 201).spec['hard'], quantity).toEqual({ 'limits.memory': stored });
      }
    },

    async 'rejects numbers that do not fit into 32 bits'({ api, namespace }) {
      for (const replicas of [2 ** 31, -(2 ** 31) - 1]) {
        const rejected = await api.post(deploymentsOf(namespace), deployment('web', { replicas }));
        expectError(rejected, 400, 'BadRequest');
        expect(rejected.body.message).toContain(`cannot unmarshal number ${replicas} into Go struct field`);
      }
    },

    async 'rejects numbers that do not fit into 64 bits'({ api, namespace }) {
      const spec = { terminationGracePeriodSeconds: 1e300 };
      const rejected = await api.post(podsOf(namespace), pod('web', spec));
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toContain(
        'Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
      );
    },

    async 'reads null as an object without fields'({ api, namespace }) {
      expectInvalid(await api.post(configMapsOf(namespace), 'null'), 'FieldValueRequired metadata.name');
    },

    async 'rejects a body that is no object'({ api, namespace }) {
      for (const [body, type] of Object.entries({
        '[]': 'array',
        '1': 'number',
        '"x"': 'string',
        true: 'bool',
      })) {
        const rejected = await api.post(configMapsOf(namespace), body);
        expectError(rejected, 400, 'BadRequest');
        expect(rejected.body.message).toContain(
          `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go value of type struct`,
        );
      }
    },

    async 'limits the values of a ConfigMap to 1 MiB'({ api, namespace }) {
      const most = 2 ** 20;
      const values = (bytes: number) => ({ a: 'é'.repeat(bytes / 2) });
      expectSuccess(await api.post(configMapsOf(namespace), configMap('most', values(most))), 201);
      const rejected = await api.post(configMapsOf(namespace), configMap('more', values(most + 2)));
      expectInvalid(rejected, 'FieldValueTooLong []');
    },

    async 'limits the values of a Secret to 1 MiB'({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      const secret = (name: string, bytes: number) => ({
        metadata: { name },
        data: { a: Buffer.alloc(bytes).toString('base64') },
      });
      expectSuccess(await api.post(path, secret('most', 2 ** 20)), 201);
      expectInvalid(await api.post(path, secret('more', 2 ** 20 + 1)), 'FieldValueTooLong data');
    },

    async 'refuses to replace an object that does not exist'({ api, namespace }) {
      expectError(await api.put(`${configMapsOf(namespace)}/map`, configMap('map')), 404, 'NotFound');
    },

    async 'refuses to rename by a replacement'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const rejected = await api.put(`${configMapsOf(namespace)}/map`, configMap('other'));
      expectError(rejected, 400, 'BadRequest');
    },

    async 'increments generation with changes of spec alone'({ api, namespace }) {
      const path = `${deploymentsOf(namespace)}/web`;
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      await api.patch(path, 'merge', { metadata: { labels: { a: 'b' } } });
      expect((await api.get(path)).body.metadata.generation).toBe(1);
      await api.patch(path, 'merge', { spec: { paused: true } });
      expect((await api.get(path)).body.metadata.generation).toBe(2);
    },

    async 'rejects changes of an immutable ConfigMap'({ api, namespace }) {
      await api.post(configMapsOf(namespace), { ...configMap('map', { a: '1' }), immutable: true });
      const path = `${configMapsOf(namespace)}/map`;
      expectInvalid(await api.patch(path, 'merge', { data: { a: '2' } }), 'FieldValueForbidden data');
      expectInvalid(await api.patch(path, 'merge', { immutable: false }), 'FieldValueForbidden immutable');
    },

    async 'leaves no trace of a dry run of each verb'({ api, namespace }) {
      const path = `${configMapsOf(namespace)}/map`;
      const { body } = await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const created = await api.post(`${configMapsOf(namespace)}?dryRun=All`, configMap('other'));
      expectSuccess(created, 201);
      expect(expectSuccess(await api.put(`${path}?dryRun=All`, configMap('map', { a: '2' }))).data).toEqual({
        a: '2',
      });
      expect(
        expectSuccess(await api.patch(`${path}?dryRun=All`, 'merge', { data: { a: '3' } })).data,
      ).toEqual({
        a: '3',
      });
      expectSuccess(await api.delete(`${path}?dryRun=All`));
      expectSuccess(await api.delete(`${configMapsOf(namespace)}?dryRun=All`));
      expect((await api.get(path)).body).toEqual(body);
      expectError(await api.get(`${configMapsOf(namespace)}/other`), 404, 'NotFound');
    },

    async 'rejects an unknown dryRun'({ api, namespace }) {
      const rejected = await api.post(`${configMapsOf(namespace)}?dryRun=Some`, configMap('map'));
      expectInvalid(rejected, 'FieldValueNotSupported dryRun');
    },

    async 'encodes stringData of a Secret into data'({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      const created = await api.post(path, {
        metadata: { name: 's' },
        stringData: { a: 'b' },
        data: { c: 'ZA==' },
      });
      expect(expectSuccess(created, 201).data).toEqual({ a: 'Yg==', c: 'ZA==' });
      expect(created.body).not.toHaveProperty('stringData');
    },
  },
};
