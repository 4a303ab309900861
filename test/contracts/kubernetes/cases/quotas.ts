import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { configMap, container, pod, service } from '../manifests.js';
import { configMapsOf, podsOf, servicesOf } from '../paths.js';

const quotasOf = (namespace: string) => `/api/v1/namespaces/${namespace}/resourcequotas`;
const limitsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/limitranges`;

/** Creates a quota and waits until its use is counted. */
async function createQuota({ api, namespace, eventually }: CaseContext, hard: Record<string, string>) {
  expectSuccess(await api.post(quotasOf(namespace), { metadata: { name: 'quota' }, spec: { hard } }), 201);
  await eventually(
    async () => (await api.get(`${quotasOf(namespace)}/quota`)).body.status['used'] !== undefined,
  );
}

const withResources = (name: string, resources: object) =>
  pod(name, { containers: [container({ resources })] });

/** ResourceQuota and LimitRange. */
export const quotas: Area = {
  name: 'quotas',
  cases: {
    async 'rejects an object above the quota of its kind'(context) {
      const { api, namespace } = context;
      await createQuota(context, { 'count/secrets': '1' });
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      expectSuccess(await api.post(path, { metadata: { name: 'a' } }), 201);
      const rejected = await api.post(path, { metadata: { name: 'b' } });
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        'secrets "b" is forbidden: exceeded quota: quota, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1',
      );
    },

    async 'counts what exists in the status of a quota'(context) {
      const { api, namespace, eventually } = context;
      await createQuota(context, { services: '5', 'services.nodeports': '2' });
      await api.post(servicesOf(namespace), service('a'));
      await api.post(servicesOf(namespace), service('b', { type: 'NodePort' }));
      const status = await eventually(async () => {
        const { body } = await api.get(`${quotasOf(namespace)}/quota`);
        const used = body.status['used'] as Record<string, string> | undefined;
        return used?.['services'] === '2' && body.status;
      });
      expect(status).toEqual({
        hard: { services: '5', 'services.nodeports': '2' },
        used: { services: '2', 'services.nodeports': '1' },
      });
    },

    async 'frees the quota of a deleted object'(context) {
      const { api, namespace, eventually } = context;
      await createQuota(context, { 'count/secrets': '1' });
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      await api.post(path, { metadata: { name: 'a' } });
      await api.delete(`${path}/a`);
      await eventually(async () => (await api.post(path, { metadata: { name: 'b' } })).status === 201);
    },

    async 'counts the resources of pods'(context) {
      const { api, namespace } = context;
      await createQuota(context, { 'requests.cpu': '1' });
      const half = { requests: { cpu: '600m' } };
      expectSuccess(await api.post(podsOf(namespace), withResources('a', half)), 201);
      const rejected = await api.post(podsOf(namespace), withResources('b', half));
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        'pods "b" is forbidden: exceeded quota: quota, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1',
      );
    },

    async 'rejects a pod that does not say what its quota counts'(context) {
      const { api, namespace } = context;
      await createQuota(context, { 'limits.memory': '1Gi' });
      const rejected = await api.post(podsOf(namespace), pod('a'));
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        'pods "a" is forbidden: failed quota: quota: must specify limits.memory for: main',
      );
    },

    async 'does not charge a dry run'(context) {
      const { api, namespace } = context;
      await createQuota(context, { 'count/secrets': '1' });
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      expectSuccess(await api.post(`${path}?dryRun=All`, { metadata: { name: 'a' } }), 201);
      expectSuccess(await api.post(path, { metadata: { name: 'b' } }), 201);
    },

    async 'fills in the defaults of a LimitRange'({ api, namespace, eventually }) {
      const limits = [{ type: 'Container', default: { memory: '64Mi' }, defaultRequest: { memory: '32Mi' } }];
      await api.post(limitsOf(namespace), { metadata: { name: 'limits' }, spec: { limits } });
      const created = await eventually(async () => {
        const { body } = await api.post(`${podsOf(namespace)}?dryRun=All`, pod('a'));
        const annotations = body.metadata?.annotations;
        return annotations && body;
      });
      expect(created.spec).toMatchObject({
        containers: [{ resources: { limits: { memory: '64Mi' }, requests: { memory: '32Mi' } } }],
      });
      expect(created.metadata.annotations).toEqual({
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: memory request for container main; memory limit for container main',
      });
    },

    async 'shows the requests and limits of a quota in a table'(context) {
      const { api, namespace } = context;
      await createQuota(context, { 'requests.cpu': '2', pods: '5', 'limits.memory': '1Gi' });
      const table = await api.get(quotasOf(namespace), {
        accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
      });
      const { columnDefinitions, rows } = expectSuccess(table);
      expect(columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Request', 'Limit', 'Age']);
      expect(rows[0]?.cells.slice(0, 3)).toEqual([
        'quota',
        'pods: 0/5, requests.cpu: 0/2',
        'limits.memory: 0/1Gi',
      ]);
    },

    async 'derives the quality of service of a pod from the defaults of a LimitRange'({
      api,
      namespace,
      eventually,
    }) {
      const limits = [
        { type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '1' } },
      ];
      await api.post(limitsOf(namespace), { metadata: { name: 'limits' }, spec: { limits } });
      const classOf = async (name: string, resources: object) => {
        const { body } = await api.post(`${podsOf(namespace)}?dryRun=All`, withResources(name, resources));
        return body.status['qosClass'] as unknown;
      };
      await eventually(async () => (await classOf('a', {})) !== 'BestEffort');
      expect(await classOf('a', {})).toBe('Guaranteed');
      expect(await classOf('b', { limits: { cpu: '1000m' } })).toBe('Guaranteed');
      expect(await classOf('c', { requests: { cpu: '500m' } })).toBe('Burstable');
    },

    async 'ignores other resources than processors and memory for the quality of service'({
      api,
      namespace,
    }) {
      const resources = { requests: { 'ephemeral-storage': '1Gi' } };
      const created = await api.post(podsOf(namespace), withResources('a', resources));
      expect(expectSuccess(created, 201).status['qosClass']).toBe('BestEffort');
    },

    async 'names the bound that the default of a LimitRange contradicts'({ api, namespace }) {
      const shown = async (limit: object) => {
        const body = { metadata: { name: 'limits' }, spec: { limits: [{ type: 'Container', ...limit }] } };
        const rejected = await api.post(limitsOf(namespace), body);
        expectError(rejected, 422, 'Invalid');
        const { causes = [] } = rejected.body.details ?? {};
        return causes.find(({ field }) => field === 'spec.limits[0].default[cpu]')?.message;
      };
      expect(await shown({ min: { cpu: '3' }, default: { cpu: '2' } })).toBe(
        'Invalid value: "3": min value 3 is greater than default value 2',
      );
      expect(await shown({ max: { cpu: '1' }, default: { cpu: '2' } })).toBe(
        'Invalid value: "1": default value 2 is greater than max value 1',
      );
    },

    async 'rejects a pod above the maximum of a LimitRange'({ api, namespace, eventually }) {
      const limits = [{ type: 'Container', max: { cpu: '1' } }];
      await api.post(limitsOf(namespace), { metadata: { name: 'limits' }, spec: { limits } });
      const rejected = await eventually(async () => {
        const response = await api.post(
          `${podsOf(namespace)}?dryRun=All`,
          withResources('a', { limits: { cpu: '2' } }),
        );
        return response.status === 403 && response;
      });
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        'pods "a" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
      );
    },

    async 'rejects a pod below the minimum of a LimitRange'({ api, namespace, eventually }) {
      const limits = [{ type: 'Container', min: { memory: '1Gi' } }];
      await api.post(limitsOf(namespace), { metadata: { name: 'limits' }, spec: { limits } });
      await eventually(async () => {
        const path = `${podsOf(namespace)}?dryRun=All`;
        const response = await api.post(path, withResources('a', { requests: { memory: '1Mi' } }));
        return response.body.message?.includes(
          'minimum memory usage per Container is 1Gi, but request is 1Mi',
        );
      });
    },

    async 'limits ConfigMaps together with those that controllers make'(context) {
      const { api, namespace, eventually } = context;
      await eventually(
        async () => (await api.get(`${configMapsOf(namespace)}/kube-root-ca.crt`)).status === 200,
      );
      await createQuota(context, { configmaps: '2' });
      expectSuccess(await api.post(configMapsOf(namespace), configMap('a')), 201);
      expectError(await api.post(configMapsOf(namespace), configMap('b')), 403, 'Forbidden');
    },
  },
};
