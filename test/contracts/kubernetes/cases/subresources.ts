import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { container, deployment, pod } from '../manifests.js';
import { deploymentsOf, podsOf } from '../paths.js';

const budgetsOf = (namespace: string) => `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;

/** Creates a pod on a node of its own, whose kubelet reports it ready. */
async function createReadyPod({ api, namespace, eventually, unique }: CaseContext, name: string) {
  const nodeName = unique('node');
  await api.post('/api/v1/nodes', { metadata: { name: nodeName } });
  await eventually(async () => (await api.post(podsOf(namespace), pod(name, { nodeName }))).status === 201);
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: new Date().toISOString() }];
  const status = { phase: 'Running', conditions };
  expectSuccess(await api.patch(`${podsOf(namespace)}/${name}/status`, 'strategic', { status }));
}

const eviction = (name: string) => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } });

/** status, scale, eviction, binding and others. */
export const subresources: Area = {
  name: 'subresources',
  cases: {
    async 'ignores status in a replacement of the object'({ api, namespace }) {
      const { body } = await api.post('/api/v1/namespaces', { metadata: { name: `${namespace}-x` } });
      const changed = { ...body, status: { phase: 'Terminating' } };
      const replaced = await api.put(`/api/v1/namespaces/${namespace}-x`, changed);
      expect(expectSuccess(replaced).status).toEqual({ phase: 'Active' });
    },

    async 'ignores spec in a replacement of the status'({ api, namespace }) {
      const { body } = await api.post(
        deploymentsOf(namespace),
        deployment('web', { replicas: 0, paused: true }),
      );
      const changed = { ...body, spec: { ...body.spec, replicas: 5 }, status: { replicas: 7 } };
      const { resourceVersion: _, ...metadata } = body.metadata;
      const replaced = await api.put(`${deploymentsOf(namespace)}/web/status`, { ...changed, metadata });
      expect(expectSuccess(replaced).spec['replicas']).toBe(0);
      expect(replaced.body.metadata.generation).toBe(1);
    },

    async 'changes annotations of a deployment with the status, and keeps its labels'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0, paused: true }));
      const change = {
        metadata: { annotations: { a: 'b' }, labels: { c: 'd' } },
        spec: { replicas: 3 },
        status: { replicas: 7 },
      };
      const { metadata, spec } = expectSuccess(
        await api.patch(`${deploymentsOf(namespace)}/web/status`, 'merge', change),
      );
      expect(metadata).toMatchObject({ annotations: { a: 'b' }, generation: 1 });
      expect(metadata.labels ?? {}).not.toHaveProperty('c');
      expect(spec['replicas']).toBe(0);
    },

    async 'changes labels and annotations of a namespace with the status'({ api, unique }) {
      const name = unique('space');
      await api.post('/api/v1/namespaces', { metadata: { name } });
      const change = { metadata: { annotations: { a: 'b' }, labels: { c: 'd' } } };
      const path = `/api/v1/namespaces/${name}/status`;
      const { metadata } = expectSuccess(await api.patch(path, 'merge', change));
      expect(metadata).toMatchObject({ annotations: { a: 'b' }, labels: { c: 'd' } });
    },

    async 'serves the scale of a deployment'({ api, namespace }) {
      const { metadata } = (await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 })))
        .body;
      expect(expectSuccess(await api.get(`${deploymentsOf(namespace)}/web/scale`))).toMatchObject({
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        metadata: { name: 'web', namespace, uid: metadata.uid },
        spec: {},
        status: { replicas: 0, selector: 'app=web' },
      });
    },

    async 'scales a deployment and increments its generation'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const scaled = await api.patch(`${deploymentsOf(namespace)}/web/scale`, 'merge', {
        spec: { replicas: 2 },
      });
      expect(expectSuccess(scaled).spec).toEqual({ replicas: 2 });
      const { body } = await api.get(`${deploymentsOf(namespace)}/web`);
      expect([body.spec['replicas'], body.metadata.generation]).toEqual([2, 2]);
    },

    async 'rejects a negative scale'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const rejected = await api.patch(`${deploymentsOf(namespace)}/web/scale`, 'merge', {
        spec: { replicas: -1 },
      });
      expectInvalid(rejected, 'FieldValueInvalid spec.replicas');
    },

    async 'answers 404 for a subresource that a kind does not have'({ api, namespace }) {
      await api.post(`/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: 'map' } });
      expectError(await api.get(`/api/v1/namespaces/${namespace}/configmaps/map/status`), 404, 'NotFound');
    },

    async 'evicts a pod that no budget protects'(context) {
      const { api, namespace } = context;
      await createReadyPod(context, 'web');
      const evicted = await api.post(`${podsOf(namespace)}/web/eviction`, eviction('web'));
      expect(expectSuccess(evicted, 201)).toMatchObject({ kind: 'Status', status: 'Success' });
      const { metadata, status } = (await api.get(`${podsOf(namespace)}/web`)).body;
      expect(metadata.deletionTimestamp).toBeTruthy();
      expect(status['conditions']).toContainEqual(
        expect.objectContaining({
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'EvictionByEvictionAPI',
        }),
      );
    },

    async 'allows no disruption of pods without a controller by their unavailable number'(context) {
      const { api, namespace, eventually } = context;
      const spec = { maxUnavailable: 1, selector: { matchLabels: { app: 'lone' } } };
      const labels = { app: 'lone' };
      await eventually(
        async () =>
          (await api.post(podsOf(namespace), { ...pod('lone'), metadata: { name: 'lone', labels } }))
            .status === 201,
      );
      await api.post(budgetsOf(namespace), { metadata: { name: 'budget' }, spec });
      const status = await eventually(async () => {
        const { body } = await api.get(`${budgetsOf(namespace)}/budget`);
        return body.status?.['conditions'] !== undefined && body.status;
      });
      expect(status).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 });
    },

    async 'rejects an eviction that a budget does not allow with 429'(context) {
      const { api, namespace, eventually } = context;
      await createReadyPod(context, 'web');
      const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } };
      await api.post(budgetsOf(namespace), { metadata: { name: 'budget' }, spec });
      const observed = await eventually(async () => {
        const { status } = (await api.get(`${budgetsOf(namespace)}/budget`)).body;
        return status?.['currentHealthy'] === 1 && status;
      });
      expect(observed).toMatchObject({ disruptionsAllowed: 0, desiredHealthy: 1, expectedPods: 1 });
      const rejected = await api.post(`${podsOf(namespace)}/web/eviction`, eviction('web'));
      expectError(rejected, 429, 'TooManyRequests');
      expect(rejected.body.message).toBe("Cannot evict pod as it would violate the pod's disruption budget.");
      expect(rejected.body.details?.causes).toEqual([
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget budget needs 1 healthy pods and has 1 currently',
        },
      ]);
    },

    async 'rejects an eviction of another name than the path'(context) {
      const { api, namespace } = context;
      await createReadyPod(context, 'web');
      expectError(await api.post(`${podsOf(namespace)}/web/eviction`, eviction('other')), 400, 'BadRequest');
    },

    async 'binds a pod to a node'({ api, namespace, eventually, unique }) {
      const node = unique('node');
      await api.post('/api/v1/nodes', { metadata: { name: node } });
      const body = pod('web', { schedulerName: 'absent' });
      await eventually(async () => (await api.post(podsOf(namespace), body)).status === 201);
      const binding = { metadata: { name: 'web' }, target: { apiVersion: 'v1', kind: 'Node', name: node } };
      expectSuccess(await api.post(`${podsOf(namespace)}/web/binding`, binding), 201);
      const bound = (await api.get(`${podsOf(namespace)}/web`)).body;
      expect(bound.spec['nodeName']).toBe(node);
      expect(bound.status['conditions']).toContainEqual(
        expect.objectContaining({ type: 'PodScheduled', status: 'True' }),
      );
      expectError(await api.post(`${podsOf(namespace)}/web/binding`, binding), 409, 'Conflict');
    },

    async 'adds an ephemeral container'({ api, namespace, eventually }) {
      await eventually(async () => (await api.post(podsOf(namespace), pod('web'))).status === 201);
      const spec = { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] };
      const patched = await api.patch(`${podsOf(namespace)}/web/ephemeralcontainers`, 'strategic', { spec });
      expect(expectSuccess(patched).spec).toMatchObject({ ephemeralContainers: [{ name: 'debug' }] });
    },

    async 'completes an ephemeral container with defaults'({ api, namespace, eventually }) {
      await eventually(async () => (await api.post(podsOf(namespace), pod('web'))).status === 201);
      const patched = await api.patch(`${podsOf(namespace)}/web/ephemeralcontainers`, 'strategic', {
        spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] },
      });
      expect(expectSuccess(patched).spec['ephemeralContainers']).toEqual([
        {
          ...{ name: 'debug', image: 'busybox', resources: {}, imagePullPolicy: 'Always' },
          ...{ terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' },
        },
      ]);
    },

    async 'rejects ephemeral containers that break the rules'({ api, namespace, eventually }) {
      await eventually(async () => (await api.post(podsOf(namespace), pod('web'))).status === 201);
      const { name } = container();
      for (const [given, cause] of [
        [{ image: '' }, 'FieldValueRequired image'],
        [{ name: 'D_1' }, 'FieldValueInvalid name'],
        [{ name }, 'FieldValueDuplicate name'],
        [{ targetContainerName: 'other' }, 'FieldValueNotFound targetContainerName'],
        [{ ports: [{ containerPort: 80 }] }, 'FieldValueForbidden ports'],
        [{ resources: { limits: { cpu: '1' } } }, 'FieldValueForbidden resources'],
        [{ restartPolicy: 'Always' }, 'FieldValueForbidden restartPolicy'],
        [{ livenessProbe: { httpGet: { port: 80 } } }, 'FieldValueForbidden livenessProbe'],
        [{ lifecycle: { preStop: { exec: { command: ['sync'] } } } }, 'FieldValueForbidden lifecycle'],
        [{ imagePullPolicy: 'Sometimes' }, 'FieldValueNotSupported imagePullPolicy'],
        [{ securityContext: { runAsUser: -1 } }, 'FieldValueInvalid securityContext.runAsUser'],
        [
          { volumeMounts: [{ name: 'other', mountPath: '/other' }] },
          'FieldValueNotFound volumeMounts[0].name',
        ],
      ] as const) {
        const spec = { ephemeralContainers: [{ name: 'debug', image: 'busybox', ...given }] };
        const path = `${podsOf(namespace)}/web/ephemeralcontainers?dryRun=All`;
        const [reason, field] = cause.split(' ');
        expectInvalid(
          await api.patch(path, 'strategic', { spec }),
          `${reason} spec.ephemeralContainers[0].${field}`,
        );
      }
    },

    async 'forbids ephemeral containers by the pod security of the namespace'({
      api,
      namespace,
      eventually,
    }) {
      await eventually(async () => (await api.post(podsOf(namespace), pod('web'))).status === 201);
      const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
      expectSuccess(await api.patch(`/api/v1/namespaces/${namespace}`, 'merge', { metadata: { labels } }));
      const add = (securityContext: object) => {
        const spec = { ephemeralContainers: [{ name: 'debug', image: 'busybox', securityContext }] };
        return api.patch(`${podsOf(namespace)}/web/ephemeralcontainers?dryRun=All`, 'strategic', { spec });
      };
      const rejected = await eventually(async () => {
        const response = await add({ privileged: true });
        return response.status === 403 && response;
      });
      expect(rejected.body.message).toBe(
        'pods "web" is forbidden: violates PodSecurity "baseline:latest": privileged (container "debug" must not set securityContext.privileged=true)',
      );
      expectSuccess(await add({}));
    },

    async 'serves no logs of a pod that no node has'({ api, namespace, eventually }) {
      await eventually(async () => (await api.post(podsOf(namespace), pod('web'))).status === 201);
      const response = await api.get(`${podsOf(namespace)}/web/log`);
      expect([response.status, response.text]).toEqual([204, '']);
    },

    async 'rejects logs of a container that a pod does not have'({ api, namespace, eventually }) {
      await eventually(async () => (await api.post(podsOf(namespace), pod('web'))).status === 201);
      const rejected = await api.get(`${podsOf(namespace)}/web/log?container=other`);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe('container other is not valid for pod web');
    },
  },
};
