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

const ownerOf = ({ metadata }: Body) =>
  (metadata as { ownerReferences?: readonly object[] }).ownerReferences?.[0];

/** Selects no node, so that pods stay Pending wherever nodes are. */
const nowhere = { nodeSelector: { nowhere: 'yes' } };
const workload = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: podTemplate(name, nowhere), ...spec },
});

/** Reports the pod ready, as the kubelet of its node does. */
async function becomeReady({ api, namespace }: CaseContext, name: string, podIP: string): Promise<void> {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }];
  const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions };
  expectSuccess(await api.patch(`${podsOf(namespace)}/${name}/status`, 'strategic', { status }));
}

/** What the controllers of Kubernetes make of objects. */
export const controllers: Area = {
  name: 'controllers',
  cases: {
    async 'makes a ReplicaSet with a hash of the template for a deployment'(context) {
      const { api, namespace } = context;
      const made = await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const [replicaSet] = await items(context, appsOf(namespace, 'replicasets'), 1);
      const hash = replicaSet?.metadata.labels?.['pod-template-hash'];
      expect(hash).toMatch(/^[a-z0-9]+$/);
      expect(replicaSet?.metadata).toMatchObject({ name: `web-${hash}`, labels: { app: 'web' } });
      expect(replicaSet?.metadata.annotations).toEqual({
        'deployment.kubernetes.io/desired-replicas': '0',
        'deployment.kubernetes.io/max-replicas': '0',
        'deployment.kubernetes.io/revision': '1',
      });
      expect(replicaSet && ownerOf(replicaSet)).toEqual({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: 'web',
        uid: made.body.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      });
    },

    async 'numbers the revisions of a deployment and goes back to an older ReplicaSet'(context) {
      const { api, namespace, eventually } = context;
      const path = `${deploymentsOf(namespace)}/web`;
      const image = (tag: string) => ({
        spec: { template: { spec: { containers: [{ name: 'main', image: `nginx:${tag}` }] } } },
      });
      const revision = (number: string) =>
        eventually(async () => {
          const { annotations } = (await api.get(path)).body.metadata;
          return annotations?.['deployment.kubernetes.io/revision'] === number;
        });
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      await revision('1');
      await api.patch(path, 'strategic', image('1.28'));
      await revision('2');
      await api.patch(path, 'strategic', image('1.27'));
      await revision('3');
      await items(context, appsOf(namespace, 'replicasets'), 2);
    },

    async 'does not roll out a paused deployment'(context) {
      const { api, namespace, eventually } = context;
      const path = `${deploymentsOf(namespace)}/web`;
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0, paused: true }));
      const status = await eventually(async () => {
        const { status: seen } = (await api.get(path)).body;
        return seen['observedGeneration'] === 1 && seen;
      });
      expect(status['conditions']).toContainEqual(
        expect.objectContaining({ type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused' }),
      );
      expect((await api.get(appsOf(namespace, 'replicasets'))).body.items).toEqual([]);
    },

    async 'reports a deployment without replicas as available'(context) {
      const { api, namespace, eventually } = context;
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const conditions = await eventually(async () => {
        const { status } = (await api.get(`${deploymentsOf(namespace)}/web`)).body;
        const all = status['conditions'] as { type: string; reason: string }[] | undefined;
        return all?.some(({ reason }) => reason === 'NewReplicaSetAvailable') && all;
      });
      expect(conditions).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' }),
          expect.objectContaining({ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }),
        ]),
      );
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

    async 'replaces all pods of a Recreate deployment at once'(context) {
      const { api, namespace, eventually } = context;
      const strategy = { type: 'Recreate' };
      const template = podTemplate('web', nowhere);
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 2, strategy, template }));
      await items(context, podsOf(namespace), 2);
      const changed = { spec: { template: { spec: { containers: [container({ image: 'nginx:1.28' })] } } } };
      await api.patch(`${deploymentsOf(namespace)}/web`, 'strategic', changed);
      await eventually(async () => {
        const pods = (await api.get(podsOf(namespace))).body.items;
        const images = pods.map(({ spec }) => (spec['containers'] as { image: string }[])[0]?.image);
        return images.length === 2 && images.every((image) => image === 'nginx:1.28');
      });
    },

    async 'adopts a ReplicaSet that a deployment selects and counts on from its revision'(context) {
      const { api, namespace, eventually } = context;
      const { spec } = workload('old', { replicas: 0 });
      const labels = { app: 'web', part: 'old' };
      const metadata = {
        name: 'old',
        labels,
        annotations: { 'deployment.kubernetes.io/revision': '3546343826724305832' },
      };
      const template = { ...spec.template, metadata: { labels } };
      const set = { metadata, spec: { ...spec, selector: { matchLabels: labels }, template } };
      await api.post(appsOf(namespace, 'replicasets'), set);
      const made = await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      await eventually(async () => {
        const { annotations } = (await api.get(`${deploymentsOf(namespace)}/web`)).body.metadata;
        return annotations?.['deployment.kubernetes.io/revision'] === '3546343826724305833';
      });
      const adopted = (await api.get(`${appsOf(namespace, 'replicasets')}/old`)).body;
      expect(ownerOf(adopted)).toMatchObject({ uid: made.body.metadata.uid, controller: true });
    },

    async 'scales a deployment in the middle of a rollout in proportion'(context) {
      const { api, namespace, eventually } = context;
      const path = `${deploymentsOf(namespace)}/web`;
      const rollingUpdate = { maxSurge: 3, maxUnavailable: 2 };
      const template = podTemplate('web', nowhere);
      const strategy = { type: 'RollingUpdate', rollingUpdate };
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 10, strategy, template }));
      for (const [index, { metadata }] of (await items(context, podsOf(namespace), 10)).entries())
        await becomeReady(context, metadata.name, `10.64.0.${index + 1}`);
      const sizes = async () => {
        const sets = (await api.get(appsOf(namespace, 'replicasets'))).body.items;
        return sets
          .map((set) => Number(set.spec['replicas']))
          .sort((a, b) => a - b)
          .join();
      };
      await eventually(async () => (await api.get(path)).body['status'].availableReplicas === 10);
      const changed = { spec: { template: { spec: { containers: [container({ image: 'nginx:1.28' })] } } } };
      await api.patch(path, 'strategic', changed);
      await eventually(async () => (await sizes()) === '5,8');
      await api.patch(path, 'merge', { spec: { replicas: 30 } });
      await eventually(async () => (await sizes()) === '13,20');
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
        async () => (await api.post(podsOf(namespace), pod('web', { nodeName }))).status === 201,
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
        async () => (await api.post(podsOf(namespace), pod('web', { nodeName }))).status === 201,
      );
      await becomeReady(context, 'web', '192.0.2.78');
      const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
      const conditions = async () => {
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
