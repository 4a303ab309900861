import { expect } from 'vitest';
import type { ApiClient } from '../api-client.js';
import type { Area } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { configMap, deployment, pod } from '../manifests.js';
import { configMapsOf, deploymentsOf, podsOf } from '../paths.js';

const FINALIZER = 'example.com/hold';
const replicaSetsOf = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/replicasets`;

/** Creates a ConfigMap and another one that it owns; returns the owner's uid. */
async function createOwned(api: ApiClient, namespace: string, blockOwnerDeletion: boolean): Promise<string> {
  const { uid } = (await api.post(configMapsOf(namespace), configMap('owner'))).body.metadata;
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid, blockOwnerDeletion };
  const metadata = { name: 'owned', ownerReferences: [owner] };
  expectSuccess(await api.post(configMapsOf(namespace), { ...configMap('owned'), metadata }), 201);
  return uid;
}

const isGone = async (api: ApiClient, path: string) => (await api.get(path)).status === 404;

/** Deletion of objects, their dependents and collections. */
export const deletion: Area = {
  name: 'deletion',
  cases: {
    async 'deletes an object at once and answers a Status with its uid'({ api, namespace }) {
      const { metadata } = (await api.post(configMapsOf(namespace), configMap('map'))).body;
      const { body } = await api.delete(`${configMapsOf(namespace)}/map`);
      expect(body).toMatchObject({
        kind: 'Status',
        status: 'Success',
        details: { name: 'map', kind: 'configmaps', uid: metadata.uid },
      });
      expectError(await api.get(`${configMapsOf(namespace)}/map`), 404, 'NotFound');
    },

    async 'answers the deletion of a dry run like one that is executed'({ api, namespace }) {
      const path = `${configMapsOf(namespace)}/map`;
      const { uid } = (await api.post(configMapsOf(namespace), configMap('map'))).body.metadata;
      expect((await api.delete(`${path}?dryRun=All`)).body).toMatchObject({
        kind: 'Status',
        details: { name: 'map', kind: 'configmaps', uid },
      });
      await api.patch(path, 'merge', { metadata: { finalizers: [FINALIZER] } });
      expect((await api.delete(`${path}?dryRun=All`)).body).toMatchObject({
        kind: 'ConfigMap',
        metadata: { uid, deletionTimestamp: expect.any(String) as unknown },
      });
      expect((await api.get(path)).body.metadata).not.toHaveProperty('deletionTimestamp');
    },

    async 'refuses to delete what does not exist'({ api, namespace }) {
      expectError(await api.delete(`${configMapsOf(namespace)}/map`), 404, 'NotFound');
    },

    async 'refuses to delete an object of another uid than the precondition'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const preconditions = { uid: '7f3c9a52-6f0e-4c0e-9d0a-2b1a6f1f2d11' };
      const rejected = await api.delete(`${configMapsOf(namespace)}/map`, { preconditions });
      expectError(rejected, 409, 'Conflict');
      expect(rejected.body.message).toContain('the UID in the precondition');
    },

    async 'refuses to delete an object of another resourceVersion than the precondition'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const preconditions = { resourceVersion: '1' };
      const rejected = await api.delete(`${configMapsOf(namespace)}/map`, { preconditions });
      expectError(rejected, 409, 'Conflict');
      expect(rejected.body.message).toContain('the ResourceVersion in the precondition');
    },

    async 'keeps an object with finalizers until they are removed'({ api, namespace }) {
      const path = `${configMapsOf(namespace)}/map`;
      const metadata = { name: 'map', finalizers: [FINALIZER] };
      await api.post(configMapsOf(namespace), { ...configMap('map'), metadata });
      const deleted = expectSuccess(await api.delete(path));
      expect(deleted).toMatchObject({
        kind: 'ConfigMap',
        metadata: {
          finalizers: [FINALIZER],
          deletionTimestamp: expect.any(String),
          deletionGracePeriodSeconds: 0,
        },
      });
      expectSuccess(await api.get(path));
      expectSuccess(await api.patch(path, 'merge', { metadata: { finalizers: null } }));
      expect(await isGone(api, path)).toBe(true);
    },

    async 'deletes a pod whose grace period is longer than a calendar'(context) {
      const { api, namespace, eventually, unique } = context;
      const nodeName = unique('node');
      expectSuccess(await api.post('/api/v1/nodes', { metadata: { name: nodeName } }), 201);
      const spec = { nodeName, terminationGracePeriodSeconds: 9_007_199_254_740_990 };
      await eventually(async () => (await api.post(podsOf(namespace), pod('web', spec))).status === 201);
      const { metadata } = expectSuccess(await api.delete(`${podsOf(namespace)}/web`));
      expect(metadata.deletionTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expectSuccess(await api.delete(`${podsOf(namespace)}/web?gracePeriodSeconds=0`));
      expect(await isGone(api, `${podsOf(namespace)}/web`)).toBe(true);
    },

    async 'rejects new finalizers of an object that is being deleted'({ api, namespace }) {
      const path = `${configMapsOf(namespace)}/map`;
      const metadata = { name: 'map', finalizers: [FINALIZER] };
      await api.post(configMapsOf(namespace), { ...configMap('map'), metadata });
      await api.delete(path);
      const more = { metadata: { finalizers: [FINALIZER, 'example.com/more'] } };
      const rejected = await api.patch(path, 'merge', more);
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.details?.causes?.[0]).toMatchObject({
        reason: 'FieldValueForbidden',
        field: 'metadata.finalizers',
      });
    },

    async 'answers the second deletion of an object with finalizers like the first'({ api, namespace }) {
      const path = `${configMapsOf(namespace)}/map`;
      await api.post(configMapsOf(namespace), { metadata: { name: 'map', finalizers: [FINALIZER] } });
      const first = expectSuccess(await api.delete(path));
      const second = expectSuccess(await api.delete(path));
      expect(second.metadata.deletionTimestamp).toBe(first.metadata.deletionTimestamp);
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    },

    async 'deletes owned objects after their owner by default'({ api, namespace, eventually }) {
      await createOwned(api, namespace, false);
      await api.delete(`${configMapsOf(namespace)}/owner`);
      expect(await isGone(api, `${configMapsOf(namespace)}/owner`)).toBe(true);
      await eventually(() => isGone(api, `${configMapsOf(namespace)}/owned`));
    },

    async 'keeps the owner in a Foreground deletion until owned objects are gone'({
      api,
      namespace,
      eventually,
    }) {
      await createOwned(api, namespace, true);
      const owned = `${configMapsOf(namespace)}/owned`;
      await api.patch(owned, 'merge', { metadata: { finalizers: [FINALIZER] } });
      const deleted = await api.delete(`${configMapsOf(namespace)}/owner`, {
        propagationPolicy: 'Foreground',
      });
      expect(expectSuccess(deleted).metadata).toMatchObject({
        finalizers: ['foregroundDeletion'],
        deletionTimestamp: expect.any(String),
      });
      await eventually(async () => (await api.get(owned)).body.metadata.deletionTimestamp !== undefined);
      expectSuccess(await api.get(`${configMapsOf(namespace)}/owner`));
      await api.patch(owned, 'merge', { metadata: { finalizers: null } });
      await eventually(() => isGone(api, `${configMapsOf(namespace)}/owner`));
    },

    async 'keeps owned objects of an Orphan deletion without the reference'({ api, namespace, eventually }) {
      await createOwned(api, namespace, false);
      await api.delete(`${configMapsOf(namespace)}/owner`, { propagationPolicy: 'Orphan' });
      await eventually(() => isGone(api, `${configMapsOf(namespace)}/owner`));
      const { metadata } = expectSuccess(await api.get(`${configMapsOf(namespace)}/owned`));
      expect(metadata).not.toHaveProperty('ownerReferences');
    },

    async 'rejects propagationPolicy together with orphanDependents'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const options = { propagationPolicy: 'Background', orphanDependents: true };
      expectError(await api.delete(`${configMapsOf(namespace)}/map`, options), 422, 'Invalid');
    },

    async 'rejects an unknown propagationPolicy'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const rejected = await api.delete(`${configMapsOf(namespace)}/map`, { propagationPolicy: 'Sideways' });
      expectError(rejected, 422, 'Invalid');
    },

    async 'reads the options of a deletion before it finds the object'({ api, namespace }) {
      const path = `${configMapsOf(namespace)}/none`;
      expectError(await api.delete(`${path}?gracePeriodSeconds=x`), 400, 'BadRequest');
      expectError(await api.delete(`${path}?gracePeriodSeconds=1.5`), 400, 'BadRequest');
      const messages: string[] = [];
      for (const body of [
        { gracePeriodSeconds: 'x' },
        { dryRun: 'All' },
        { preconditions: 'x' },
        { kind: 'ConfigMap', apiVersion: 'v1' },
        [],
      ]) {
        const rejected = await api.delete(path, body);
        expectError(rejected, 400, 'BadRequest');
        messages.push(rejected.body.message);
      }
      expect(messages).toEqual([
        'json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
        'json: cannot unmarshal string into Go struct field DeleteOptions.dryRun of type []string',
        'json: cannot unmarshal string into Go struct field DeleteOptions.preconditions of type v1.Preconditions',
        expect.stringContaining('no kind "ConfigMap" is registered for version "v1" in scheme'),
        expect.stringContaining('json: cannot unmarshal array into Go value of type struct'),
      ]);
      expectInvalid(await api.delete(path, { dryRun: ['Some'] }), 'FieldValueNotSupported dryRun');
      expectError(await api.delete(path, 'null'), 404, 'NotFound');
    },

    async 'takes options of a deletion from the query'({ api, namespace, eventually }) {
      await createOwned(api, namespace, false);
      await api.delete(`${configMapsOf(namespace)}/owner?propagationPolicy=Orphan`);
      await eventually(() => isGone(api, `${configMapsOf(namespace)}/owner`));
      expectSuccess(await api.get(`${configMapsOf(namespace)}/owned`));
    },

    async 'keeps an object whose owner is of an unknown kind'({ api, namespace, eventually }) {
      const owner = { apiVersion: 'none.example.com/v1', kind: 'Foo', name: 'a', uid: crypto.randomUUID() };
      const gone = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: crypto.randomUUID() };
      const path = configMapsOf(namespace);
      await api.post(path, { metadata: { name: 'unknown', ownerReferences: [owner] } });
      await api.post(path, { metadata: { name: 'absent', ownerReferences: [gone] } });
      await eventually(async () => (await api.get(`${path}/absent`)).status === 404);
      expectSuccess(await api.get(`${path}/unknown`));
    },

    async 'deletes an object whose owner is in another namespace, and reports it'(context) {
      const { api, namespace, unique, eventually } = context;
      const other = unique('other');
      await api.post('/api/v1/namespaces', { metadata: { name: other } });
      const { uid } = (await api.post(configMapsOf(other), configMap('owner'))).body.metadata;
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid };
      const path = configMapsOf(namespace);
      await api.post(path, { metadata: { name: 'owned', ownerReferences: [owner] } });
      await eventually(() => isGone(api, `${path}/owned`));
      expectSuccess(await api.get(`${configMapsOf(other)}/owner`));
      const events = `/api/v1/namespaces/${namespace}/events?fieldSelector=reason=OwnerRefInvalidNamespace`;
      const event = await eventually(async () => (await api.get(events)).body.items[0]);
      expect(event).toMatchObject({
        type: 'Warning',
        source: { component: 'garbage-collector-controller' },
        involvedObject: { kind: 'ConfigMap', namespace, name: 'owned' },
        message: `ownerRef [v1/ConfigMap, namespace: ${namespace}, name: owner, uid: ${uid}] does not exist in namespace "${namespace}"`,
      });
    },

    async 'deletes an object whose owner has another name than its reference'({
      api,
      namespace,
      eventually,
    }) {
      const path = configMapsOf(namespace);
      const { uid } = (await api.post(path, configMap('owner'))).body.metadata;
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'else', uid };
      await api.post(path, { metadata: { name: 'owned', ownerReferences: [owner] } });
      await eventually(() => isGone(api, `${path}/owned`));
    },

    async 'deletes an object whose owner never existed'({ api, namespace, eventually }) {
      const uid = '7f3c9a52-6f0e-4c0e-9d0a-2b1a6f1f2d11';
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid };
      await api.post(configMapsOf(namespace), { metadata: { name: 'owned', ownerReferences: [owner] } });
      await eventually(() => isGone(api, `${configMapsOf(namespace)}/owned`));
    },

    async 'keeps an object while one of its owners exists'({ api, namespace, eventually }) {
      const owners = [];
      for (const name of ['one', 'two']) {
        const { uid } = (await api.post(configMapsOf(namespace), configMap(name))).body.metadata;
        owners.push({ apiVersion: 'v1', kind: 'ConfigMap', name, uid });
      }
      await api.post(configMapsOf(namespace), { metadata: { name: 'owned', ownerReferences: owners } });
      await api.delete(`${configMapsOf(namespace)}/one`);
      const kept = await eventually(async () => {
        const { metadata } = (await api.get(`${configMapsOf(namespace)}/owned`)).body;
        const references = (metadata as { ownerReferences?: { name: string }[] }).ownerReferences ?? [];
        return references.length === 1 && references;
      });
      expect(kept[0]?.name).toBe('two');
    },

    async 'deletes the objects of a collection that a selector selects'({ api, namespace }) {
      for (const name of ['a', 'b', 'c'])
        await api.post(configMapsOf(namespace), {
          metadata: { name, labels: { keep: name === 'b' ? 'yes' : 'no' } },
        });
      const deleted = expectSuccess(await api.delete(`${configMapsOf(namespace)}?labelSelector=keep=no`));
      expect(deleted.kind).toBe('ConfigMapList');
      expect(deleted.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
      const left = await api.get(`${configMapsOf(namespace)}?labelSelector=keep`);
      expect(left.body.items.map(({ metadata }) => metadata.name)).toEqual(['b']);
    },

    async 'deletes the ReplicaSets of a deleted deployment'({ api, namespace, eventually }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      await eventually(async () => (await api.get(replicaSetsOf(namespace))).body.items.length === 1);
      await api.delete(`${deploymentsOf(namespace)}/web`);
      await eventually(async () => (await api.get(replicaSetsOf(namespace))).body.items.length === 0);
    },

    async 'deletes a pod that no node has at once'({ api, namespace, eventually }) {
      await eventually(async () => (await api.post(podsOf(namespace), pod('web'))).status === 201);
      await api.delete(`${podsOf(namespace)}/web`);
      expect(await isGone(api, `${podsOf(namespace)}/web`)).toBe(true);
    },

    async 'lets a pod on a node end in its grace period'({ api, namespace, eventually, unique }) {
      const nodeName = unique('node');
      await api.post('/api/v1/nodes', { metadata: { name: nodeName } });
      const body = pod('web', { nodeName, terminationGracePeriodSeconds: 42 });
      await eventually(async () => (await api.post(podsOf(namespace), body)).status === 201);
      const deleted = expectSuccess(await api.delete(`${podsOf(namespace)}/web`));
      expect(deleted.metadata).toMatchObject({
        deletionGracePeriodSeconds: 42,
        deletionTimestamp: expect.any(String),
      });
      expectSuccess(await api.delete(`${podsOf(namespace)}/web`, { gracePeriodSeconds: 0 }));
      expect(await isGone(api, `${podsOf(namespace)}/web`)).toBe(true);
    },
  },
};
