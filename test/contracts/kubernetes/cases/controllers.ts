import { expect } from 'vitest';
import type { Body } from '../api-client.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { container, deployment, pod, podTemplate, service } from '../manifests.js';
import { appsOf, deploymentsOf, podsOf, servicesOf } from '../paths.js';

const batchOf = (namespace: string, plural: string) => `/apis/batch/v1/namespaces/${namespace}/${plural}`;
const claimsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;

/** The items of a collection, when there are as many as expected. */
export function items(
  { api, eventually }: CaseContext,
  path: string,
  count: number,
): Promise<readonly Body[]> {
  return eventually(async () => {
    const list = (await api.get(path)).body.items;
    return list.length === count && list;
  });
}

/** The first owner of an object. */
export const ownerOf = ({ metadata }: Body) =>
  (metadata as { ownerReferences?: readonly object[] }).ownerReferences?.[0];

/** Selects no node, so that pods stay Pending wherever nodes are. */
export const nowhere = { nodeSelector: { nowhere: 'yes' } };
/** A workload whose pods run nowhere. */
export const workload = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: podTemplate(name, nowhere), ...spec },
});

/** A node without a kubelet does not become ready, and loses the pods that do not tolerate that. */
const tolerations = [{ operator: 'Exists' }];

/** Reports the pod ready, as the kubelet of its node does. */
export async function becomeReady(
  { api, namespace }: CaseContext,
  name: string,
  podIP: string,
): Promise<void> {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }];
  const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions };
  expectSuccess(await api.patch(`${podsOf(namespace)}/${name}/status`, 'strategic', { status }));
}

/** What the controllers of Kubernetes make of objects. */
export const controllers: Area = {
  name: 'controllers',
  cases: {
    async 'counts the pods of a ReplicaSet that are being deleted'(context) {
      const { api, namespace, eventually } = context;
      const finalizers = ['example.com/hold'];
      const template = { ...podTemplate('web', nowhere), metadata: { labels: { app: 'web' }, finalizers } };
      await api.post(appsOf(namespace, 'replicasets'), workload('web', { replicas: 1, template }));
      const [only] = await items(context, podsOf(namespace), 1);
      const path = `${podsOf(namespace)}/${only?.metadata.name}`;
      await api.delete(path);
      const terminating = (count: number) =>
        eventually(async () => {
          const { status } = (await api.get(`${appsOf(namespace, 'replicasets')}/web`)).body;
          return status['terminatingReplicas'] === count;
        });
      await terminating(1);
      await api.patch(path, 'merge', { metadata: { finalizers: null } });
      await terminating(0);
    },

    async 'makes pods of a ReplicaSet and replaces a deleted one'(context) {
      const { api, namespace, eventually } = context;
      await api.post(appsOf(namespace, 'replicasets'), workload('web', { replicas: 2 }));
      const [first] = await items(context, podsOf(namespace), 2);
      expect(first?.metadata).toMatchObject({
        generateName: 'web-',
        name: expect.stringMatching(/^web-[a-z0-9]{5}$/),
      });
      await api.delete(`${podsOf(namespace)}/${first?.metadata.name}`);
      await eventually(async () => {
        const names = (await api.get(podsOf(namespace))).body.items.map(({ metadata }) => metadata.name);
        return names.length === 2 && !names.includes(first?.metadata.name ?? '');
      });
    },

    async 'adopts a pod that a ReplicaSet selects'(context) {
      const { api, namespace, eventually } = context;
      await eventually(async () => (await api.post(podsOf(namespace), pod('web', nowhere))).status === 201);
      const made = await api.post(appsOf(namespace, 'replicasets'), workload('web', { replicas: 1 }));
      await eventually(async () => {
        const owner = ownerOf((await api.get(`${podsOf(namespace)}/web`)).body);
        return (owner as { uid?: string } | undefined)?.uid === made.body.metadata.uid;
      });
      expect((await api.get(podsOf(namespace))).body.items).toHaveLength(1);
    },

    async 'releases a pod whose labels no longer match'(context) {
      const { api, namespace, eventually } = context;
      await api.post(appsOf(namespace, 'replicasets'), workload('web', { replicas: 1 }));
      const [only] = await items(context, podsOf(namespace), 1);
      const path = `${podsOf(namespace)}/${only?.metadata.name}`;
      await api.patch(path, 'merge', { metadata: { labels: { app: 'free' } } });
      await eventually(async () => ownerOf((await api.get(path)).body) === undefined);
      await items(context, podsOf(namespace), 2);
    },

    async 'says that the pods of a workload cannot be created'(context) {
      const { api, namespace, eventually } = context;
      const quota = { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } };
      await api.post(`/api/v1/namespaces/${namespace}/resourcequotas`, quota);
      await eventually(async () => {
        const { body } = await api.get(`/api/v1/namespaces/${namespace}/resourcequotas/none`);
        return (body['status'].hard as { pods?: string } | undefined)?.pods === '0';
      });
      const controllersOf = `/api/v1/namespaces/${namespace}/replicationcontrollers`;
      const { template } = workload('rc').spec;
      await api.post(controllersOf, { metadata: { name: 'rc' }, spec: { replicas: 1, template } });
      await api.post(appsOf(namespace, 'replicasets'), workload('set', { replicas: 1 }));
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 1 }));
      const paths = [
        `${controllersOf}/rc`,
        `${appsOf(namespace, 'replicasets')}/set`,
        `${deploymentsOf(namespace)}/web`,
      ];
      for (const path of paths) {
        const failure = await eventually(async () => {
          const { conditions } = (await api.get(path)).body['status'] as { conditions?: { type: string }[] };
          return conditions?.find(({ type }) => type === 'ReplicaFailure');
        });
        expect(failure).toMatchObject({
          status: 'True',
          reason: 'FailedCreate',
          message: expect.stringMatching(
            /^pods ".+" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0$/,
          ),
        });
      }
      await api.patch(`${controllersOf}/rc`, 'merge', { spec: { replicas: 0 } });
      await eventually(async () => !('conditions' in (await api.get(`${controllersOf}/rc`)).body['status']));
    },

    async 'makes the pods of a StatefulSet in order, by number'(context) {
      const { api, namespace } = context;
      await api.post(appsOf(namespace, 'statefulsets'), workload('db', { replicas: 2, serviceName: 'db' }));
      const [first] = await items(context, podsOf(namespace), 1);
      expect(first?.metadata).toMatchObject({
        name: 'db-0',
        labels: { 'statefulset.kubernetes.io/pod-name': 'db-0', 'apps.kubernetes.io/pod-index': '0' },
      });
      expect(first?.spec).toMatchObject({ hostname: 'db-0', subdomain: 'db' });
    },

    async 'records the template of a StatefulSet with sorted fields'(context) {
      const { api, namespace } = context;
      await api.post(appsOf(namespace, 'statefulsets'), workload('db', { replicas: 0, serviceName: 'db' }));
      const [revision] = await items(context, appsOf(namespace, 'controllerrevisions'), 1);
      const { spec } = revision?.['data'] as unknown as { spec: { template: { spec: object } } };
      expect(Object.keys(spec.template)).toEqual(['$patch', 'metadata', 'spec']);
      const fields = Object.keys(spec.template.spec);
      expect(fields).toEqual(fields.toSorted());
      expect(fields).toContain('containers');
    },

    async 'makes all pods of a Parallel StatefulSet'(context) {
      const { api, namespace } = context;
      const spec = { replicas: 3, serviceName: 'db', podManagementPolicy: 'Parallel' };
      await api.post(appsOf(namespace, 'statefulsets'), workload('db', spec));
      const pods = await items(context, podsOf(namespace), 3);
      expect(pods.map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1', 'db-2']);
    },

    async 'makes the claims of a StatefulSet and keeps them'(context) {
      const { api, namespace, eventually } = context;
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
      const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec }];
      const set = workload('db', { replicas: 1, serviceName: 'db', volumeClaimTemplates });
      await api.post(appsOf(namespace, 'statefulsets'), set);
      const [claim] = await items(context, claimsOf(namespace), 1);
      expect(claim?.metadata).toMatchObject({ name: 'data-db-0', labels: { app: 'db' } });
      const [first] = await items(context, podsOf(namespace), 1);
      expect(first?.spec['volumes']).toContainEqual({
        name: 'data',
        persistentVolumeClaim: { claimName: 'data-db-0' },
      });
      await api.delete(`${appsOf(namespace, 'statefulsets')}/db`);
      await eventually(async () => (await api.get(podsOf(namespace))).body.items.length === 0);
      expect((await api.get(claimsOf(namespace))).body.items).toHaveLength(1);
    },

    async 'makes no pod of a suspended Job until it is resumed'(context) {
      const { api, namespace, eventually } = context;
      const template = { spec: { restartPolicy: 'Never', containers: [container()], ...nowhere } };
      await api.post(batchOf(namespace, 'jobs'), {
        metadata: { name: 'work' },
        spec: { suspend: true, template },
      });
      await eventually(async () => {
        const { status } = (await api.get(`${batchOf(namespace, 'jobs')}/work`)).body;
        const all = status['conditions'] as { type: string; status: string }[] | undefined;
        return all?.some(({ type, status: value }) => type === 'Suspended' && value === 'True');
      });
      expect((await api.get(podsOf(namespace))).body.items).toEqual([]);
      await api.patch(`${batchOf(namespace, 'jobs')}/work`, 'merge', { spec: { suspend: false } });
      await items(context, podsOf(namespace), 1);
    },

    async 'labels the pods of a Job and selects by its uid'(context) {
      const { api, namespace } = context;
      const template = { spec: { restartPolicy: 'Never', containers: [container()], ...nowhere } };
      const made = await api.post(batchOf(namespace, 'jobs'), {
        metadata: { name: 'work' },
        spec: { template },
      });
      const { uid } = made.body.metadata;
      expect(expectSuccess(made, 201).spec['selector']).toEqual({
        matchLabels: { 'batch.kubernetes.io/controller-uid': uid },
      });
      const [first] = await items(context, podsOf(namespace), 1);
      expect(first?.metadata.labels).toEqual({
        'batch.kubernetes.io/controller-uid': uid,
        'batch.kubernetes.io/job-name': 'work',
        'controller-uid': uid,
        'job-name': 'work',
      });
    },

    async 'completes a Job whose pod has succeeded'(context) {
      const { api, namespace, eventually } = context;
      const template = { spec: { restartPolicy: 'Never', containers: [container()], ...nowhere } };
      await api.post(batchOf(namespace, 'jobs'), { metadata: { name: 'work' }, spec: { template } });
      const [first] = await items(context, podsOf(namespace), 1);
      const status = { phase: 'Succeeded' };
      await api.patch(`${podsOf(namespace)}/${first?.metadata.name}/status`, 'merge', { status });
      const done = await eventually(async () => {
        const seen = (await api.get(`${batchOf(namespace, 'jobs')}/work`)).body.status;
        return seen['succeeded'] === 1 && seen['completionTime'] !== undefined && seen;
      });
      expect(done['conditions']).toContainEqual(
        expect.objectContaining({ type: 'Complete', status: 'True', reason: 'CompletionsReached' }),
      );
    },

    async 'allocates an address for a Service'({ api, namespace }) {
      const { spec } = expectSuccess(await api.post(servicesOf(namespace), service('web')), 201);
      expect(spec['clusterIP']).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(spec['clusterIPs']).toEqual([spec['clusterIP']]);
    },

    async 'rejects an address that another Service has'({ api, namespace }) {
      const { spec } = expectSuccess(await api.post(servicesOf(namespace), service('web')), 201);
      const clusterIP = spec['clusterIP'];
      const rejected = await api.post(servicesOf(namespace), service('other', { clusterIP }));
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.message).toContain('provided IP is already allocated');
    },

    async 'allocates another node port for each port'({ api, namespace }) {
      const ports = [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
      ];
      const { spec } = expectSuccess(
        await api.post(servicesOf(namespace), service('web', { type: 'NodePort', ports })),
        201,
      );
      const numbers = (spec['ports'] as { nodePort: number }[]).map(({ nodePort }) => nodePort);
      expect(new Set(numbers).size).toBe(2);
      expect(numbers.every((number) => number >= 30_000 && number <= 32_767)).toBe(true);
    },

    async 'rejects a node port that another Service has'({ api, namespace }) {
      const first = await api.post(servicesOf(namespace), service('web', { type: 'NodePort' }));
      const [{ nodePort } = { nodePort: 0 }] = expectSuccess(first, 201).spec['ports'] as {
        nodePort: number;
      }[];
      const body = service('other', { type: 'NodePort', ports: [{ port: 80, nodePort }] });
      const rejected = await api.post(servicesOf(namespace), body);
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.message).toContain('provided port is already allocated');
    },

    async 'makes an EndpointSlice of ready pods that a Service selects'(context) {
      const { api, namespace, eventually, unique } = context;
      const nodeName = unique('node');
      await api.post('/api/v1/nodes', { metadata: { name: nodeName } });
      await api.post(
        servicesOf(namespace),
        service('web', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      );
      await eventually(
        async () => (await api.post(podsOf(namespace), pod('web', { nodeName, tolerations }))).status === 201,
      );
      await becomeReady(context, 'web', '192.0.2.77');
      const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
      const slice = await eventually(async () => {
        const found = (await api.get(`${path}?labelSelector=kubernetes.io/service-name=web`)).body.items[0];
        const { endpoints } = (found ?? {}) as { endpoints?: object[] };
        return endpoints?.length === 1 && found;
      });
      expect(slice).toMatchObject({
        addressType: 'IPv4',
        endpoints: [
          {
            addresses: ['192.0.2.77'],
            conditions: { ready: true, serving: true, terminating: false },
            nodeName,
            targetRef: { kind: 'Pod', name: 'web', namespace },
          },
        ],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      });
    },

    async 'keeps a terminating pod in the EndpointSlice, serving but not ready'(context) {
      const { api, namespace, eventually, unique } = context;
      const nodeName = unique('node');
      await api.post('/api/v1/nodes', { metadata: { name: nodeName } });
      await api.post(servicesOf(namespace), service('web'));
      await eventually(
        async () => (await api.post(podsOf(namespace), pod('web', { nodeName, tolerations }))).status === 201,
      );
      const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
      const conditions = async () => {
        // The controller of nodes says that pods of a node without a kubelet are not ready.
        await becomeReady(context, 'web', '192.0.2.78');
        const found = (await api.get(`${path}?labelSelector=kubernetes.io/service-name=web`)).body.items[0];
        const { endpoints } = (found ?? {}) as { endpoints?: { conditions: object }[] };
        return JSON.stringify(endpoints?.[0]?.conditions);
      };
      await eventually(
        async () => (await conditions()) === '{"ready":true,"serving":true,"terminating":false}',
      );
      await api.delete(`${podsOf(namespace)}/web`);
      await eventually(
        async () => (await conditions()) === '{"ready":false,"serving":true,"terminating":true}',
      );
    },

    async 'keeps a claim in use until its pod is gone'(context) {
      const { api, namespace, eventually, unique } = context;
      const nodeName = unique('node');
      await api.post('/api/v1/nodes', { metadata: { name: nodeName } });
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
      await api.post(claimsOf(namespace), { metadata: { name: 'data' }, spec });
      const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
      const user = pod('user', { nodeName, volumes });
      await eventually(async () => (await api.post(podsOf(namespace), user)).status === 201);
      const deleted = expectSuccess(await api.delete(`${claimsOf(namespace)}/data`));
      expect(deleted.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
      await api.delete(`${podsOf(namespace)}/user`, { gracePeriodSeconds: 0 });
      await eventually(async () => (await api.get(`${claimsOf(namespace)}/data`)).status === 404);
    },

    async 'binds a claim to a volume that fits and releases it after the claim'(context) {
      const { api, namespace, eventually, unique } = context;
      const name = unique('volume');
      const storageClassName = unique('class');
      const accessModes = ['ReadWriteOnce'];
      const hostPath = { path: '/data' };
      const volume = { storageClassName, accessModes, capacity: { storage: '2Gi' }, hostPath };
      await api.post('/api/v1/persistentvolumes', { metadata: { name }, spec: volume });
      // The controller looks at a claim again after 15 seconds if it does not know the volume yet.
      await eventually(
        async () => (await api.get(`/api/v1/persistentvolumes/${name}`)).body.status['phase'] === 'Available',
      );
      const resources = { requests: { storage: '1Gi' } };
      await api.post(claimsOf(namespace), {
        metadata: { name: 'data' },
        spec: { storageClassName, accessModes, resources },
      });
      const bound = await eventually(async () => {
        const { body } = await api.get(`${claimsOf(namespace)}/data`);
        return body.status['phase'] === 'Bound' && body;
      });
      expect(bound.spec['volumeName']).toBe(name);
      expect(bound.status).toMatchObject({ capacity: { storage: '2Gi' }, accessModes });
      await api.delete(`${claimsOf(namespace)}/data`);
      await eventually(
        async () => (await api.get(`/api/v1/persistentvolumes/${name}`)).body.status['phase'] === 'Released',
      );
    },
  },
};
