import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { configMap, deployment, pod, service } from '../manifests.js';
import { configMapsOf, deploymentsOf, podsOf, servicesOf } from '../paths.js';

const pathOf = (namespace: string) => `/api/v1/namespaces/${namespace}`;
const FINALIZER = 'example.com/hold';

const isGone = async ({ api }: CaseContext, path: string) => (await api.get(path)).status === 404;

/** Holds the namespace by a ConfigMap with a finalizer, and deletes it. */
async function endSlowly({ api, namespace }: CaseContext) {
  await api.post(configMapsOf(namespace), { metadata: { name: 'held', finalizers: [FINALIZER] } });
  return api.delete(pathOf(namespace));
}

/** Creation and end of namespaces. */
export const namespaces: Area = {
  name: 'namespaces',
  cases: {
    async 'labels a namespace with its name'({ api, namespace }) {
      const { metadata, status } = expectSuccess(await api.get(pathOf(namespace)));
      expect(metadata.labels).toEqual({ 'kubernetes.io/metadata.name': namespace });
      expect(status).toEqual({ phase: 'Active' });
    },

    async 'changes the finalizers of a namespace only by finalize'(context) {
      const { api, namespace, eventually } = context;
      const finalizers = ['kubernetes', 'example.com/own'];
      const patched = await api.patch(pathOf(namespace), 'merge', { spec: { finalizers } });
      expect(expectSuccess(patched).spec).toEqual({ finalizers: ['kubernetes'] });
      const finalize = async (list: readonly string[]) => {
        const { body } = await api.get(pathOf(namespace));
        const { resourceVersion: _, ...metadata } = body.metadata;
        return api.put(`${pathOf(namespace)}/finalize`, { ...body, metadata, spec: { finalizers: list } });
      };
      expect(expectSuccess(await finalize(finalizers)).spec).toEqual({ finalizers });
      expectSuccess(await api.delete(pathOf(namespace)));
      const held = await eventually(async () => {
        const { body: now } = await api.get(pathOf(namespace));
        return (now.spec['finalizers'] as string[]).length === 1 && now;
      });
      expect(held).toMatchObject({
        spec: { finalizers: ['example.com/own'] },
        status: { phase: 'Terminating' },
      });
      expectSuccess(await finalize([]));
      await eventually(() => isGone(context, pathOf(namespace)));
    },

    async 'keeps the label of the name when it is removed'({ api, namespace }) {
      const patch = { metadata: { labels: { 'kubernetes.io/metadata.name': null } } };
      const patched = expectSuccess(await api.patch(pathOf(namespace), 'merge', patch));
      expect(patched.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': namespace });
    },

    async 'has the namespaces of every cluster'({ api }) {
      for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
        expectSuccess(await api.get(pathOf(name)));
    },

    async 'answers a deletion with the terminating namespace'(context) {
      const deleted = expectSuccess(await endSlowly(context));
      expect(deleted).toMatchObject({
        kind: 'Namespace',
        metadata: { deletionTimestamp: expect.any(String) },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Terminating' },
      });
    },

    async 'deletes every object of a deleted namespace, then the namespace'(context) {
      const { api, namespace, eventually } = context;
      await api.post(configMapsOf(namespace), configMap('map'));
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      await api.post(servicesOf(namespace), service('web'));
      await api.delete(pathOf(namespace));
      await eventually(() => isGone(context, pathOf(namespace)));
      for (const path of [configMapsOf, deploymentsOf, servicesOf])
        expect((await api.get(path(namespace))).body.items).toEqual([]);
    },

    async 'rejects new objects in a terminating namespace'(context) {
      const { api, namespace } = context;
      await endSlowly(context);
      const rejected = await api.post(configMapsOf(namespace), configMap('late'));
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        `configmaps "late" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
      );
      expect(rejected.body.details?.causes?.[0]).toMatchObject({
        reason: 'NamespaceTerminating',
        field: 'metadata.namespace',
      });
    },

    async 'says what a terminating namespace waits for'(context) {
      const { api, namespace, eventually } = context;
      await endSlowly(context);
      const conditions = await eventually(async () => {
        const { status } = (await api.get(pathOf(namespace))).body;
        const all = status['conditions'] as { type: string; status: string }[] | undefined;
        return (
          all?.some(
            ({ type, status: value }) => type === 'NamespaceFinalizersRemaining' && value === 'True',
          ) && all
        );
      });
      expect(conditions).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            type: 'NamespaceContentRemaining',
            status: 'True',
            message: 'Some resources are remaining: configmaps. has 1 resource instances',
          }),
          expect.objectContaining({
            type: 'NamespaceFinalizersRemaining',
            status: 'True',
            message: `Some content in the namespace has finalizers remaining: ${FINALIZER} in 1 resource instances`,
          }),
        ]),
      );
    },

    async 'deletes the pods of a namespace before its other objects'(context) {
      const { api, namespace, eventually } = context;
      const held = pod('held', { nodeSelector: { nowhere: 'yes' } });
      const path = `${podsOf(namespace)}/held`;
      await eventually(async () => {
        const body = { ...held, metadata: { name: 'held', finalizers: [FINALIZER] } };
        return (await api.post(podsOf(namespace), body)).status === 201;
      });
      await api.post(configMapsOf(namespace), configMap('map'));
      await api.delete(pathOf(namespace));
      const conditions = await eventually(async () => {
        const { status } = (await api.get(pathOf(namespace))).body;
        return status['conditions'] as { type: string; status: string; reason: string }[] | undefined;
      });
      expect(conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
        'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered',
        'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions',
        'NamespaceDeletionContentFailure False ContentDeleted',
        'NamespaceContentRemaining False ContentRemoved',
        'NamespaceFinalizersRemaining False ContentHasNoFinalizers',
      ]);
      expect((await api.get(path)).body.metadata).toHaveProperty('deletionTimestamp');
      expectSuccess(await api.get(`${configMapsOf(namespace)}/map`));
      await api.patch(path, 'merge', { metadata: { finalizers: null } });
      await eventually(() => isGone(context, pathOf(namespace)));
    },

    async 'restores the certificate of the API server that each namespace has'({
      api,
      namespace,
      eventually,
    }) {
      const path = `${configMapsOf(namespace)}/kube-root-ca.crt`;
      const certificate = async () => {
        const { status, body } = await api.get(path);
        return status === 200 && (body['data'] as { 'ca.crt': string })['ca.crt'];
      };
      const original = await eventually(certificate);
      expect(original).toContain('BEGIN CERTIFICATE');
      expectSuccess(await api.delete(path));
      await eventually(async () => (await certificate()) === original);
      expectSuccess(await api.patch(path, 'merge', { data: { 'ca.crt': 'other' } }));
      await eventually(async () => (await certificate()) === original);
      const { annotations } = (await api.get(path)).body.metadata;
      expect(annotations?.['kubernetes.io/description']).toMatch(/^Contains a CA bundle /);
    },

    async 'ends a namespace when its last object is released'(context) {
      const { api, namespace, eventually } = context;
      await endSlowly(context);
      await api.patch(`${configMapsOf(namespace)}/held`, 'merge', { metadata: { finalizers: null } });
      await eventually(() => isGone(context, pathOf(namespace)));
    },

    async 'refuses to delete kube-system and default'({ api }) {
      for (const name of ['kube-system', 'default', 'kube-public']) {
        const rejected = await api.delete(`${pathOf(name)}?dryRun=All`);
        expectError(rejected, 403, 'Forbidden');
        expect(rejected.body.message).toBe(
          `namespaces "${name}" is forbidden: this namespace may not be deleted`,
        );
      }
    },

    async 'has no collection deletion of namespaces'({ api }) {
      expectError(await api.delete('/api/v1/namespaces?labelSelector=none=none'), 405, 'MethodNotAllowed');
    },

    async 'finalizes a namespace by its subresource'({ api, unique }) {
      const name = unique('ns');
      const body = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
        spec: { finalizers: [FINALIZER] },
      };
      const { spec } = expectSuccess(await api.post('/api/v1/namespaces', body), 201);
      expect(spec).toEqual({ finalizers: [FINALIZER, 'kubernetes'] });
      const finalized = await api.put(`${pathOf(name)}/finalize`, {
        ...body,
        spec: { finalizers: ['kubernetes'] },
      });
      expect(expectSuccess(finalized).spec).toEqual({ finalizers: ['kubernetes'] });
    },
  },
};
