import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectSuccess } from '../expectations.js';
import { deployment, podTemplate } from '../manifests.js';
import { deploymentsOf } from '../paths.js';

const autoscalersOf = (namespace: string) =>
  `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;

const olderAutoscalersOf = (namespace: string) =>
  `/apis/autoscaling/v1/namespaces/${namespace}/horizontalpodautoscalers`;

interface AutoscalerStatus {
  readonly currentMetrics?: readonly object[];
  readonly conditions?: readonly {
    readonly type: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

/** Creates an autoscaler of the Deployment `web`, and the Deployment, whose pods run nowhere, with a number of replicas. */
async function autoscale(
  { api, namespace }: CaseContext,
  {
    replicas,
    ...spec
  }: {
    readonly replicas?: number;
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly object[];
  },
): Promise<void> {
  const template = podTemplate('web', { nodeSelector: { nowhere: 'yes' } });
  if (replicas !== undefined)
    expectSuccess(await api.post(deploymentsOf(namespace), deployment('web', { replicas, template })), 201);
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const body = { metadata: { name: 'web' }, spec: { scaleTargetRef, ...spec } };
  expectSuccess(await api.post(autoscalersOf(namespace), body), 201);
}

/** The status of the autoscaler when it has a condition with the reason. */
function statusWith({ api, namespace, eventually }: CaseContext, reason: string): Promise<AutoscalerStatus> {
  return eventually(async () => {
    const status = (await api.get(`${autoscalersOf(namespace)}/web`)).body['status'] as AutoscalerStatus;
    return status.conditions?.some((each) => each.reason === reason) && status;
  });
}

/** What autoscalers do, as far as that needs no metrics. */
export const autoscaling: Area = {
  name: 'autoscaling',
  cases: {
    async 'stores an autoscaler of autoscaling/v1'({ api, namespace }) {
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
      const spec = { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 };
      const created = await api.post(olderAutoscalersOf(namespace), { metadata: { name: 'web' }, spec });
      expect(expectSuccess(created, 201)).toMatchObject({
        apiVersion: 'autoscaling/v1',
        spec: { ...spec, minReplicas: 1 },
        status: { currentReplicas: 0, desiredReplicas: 0 },
      });
      const target = { type: 'Utilization', averageUtilization: 50 };
      expect((await api.get(`${autoscalersOf(namespace)}/web`)).body.spec).toEqual({
        ...{ scaleTargetRef, minReplicas: 1, maxReplicas: 3 },
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
      });
    },

    async 'keeps what autoscaling/v1 cannot say in annotations'({ api, namespace }) {
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
      const used = { type: 'Utilization', averageUtilization: 50 };
      const average = { type: 'AverageValue', averageValue: '1k' };
      const metrics = [
        { type: 'Pods', pods: { metric: { name: 'requests' }, target: average } },
        { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '30' } } },
        {
          type: 'Object',
          object: {
            describedObject: { apiVersion: 'v1', kind: 'Service', name: 'web' },
            metric: { name: 'hits' },
            target: { type: 'Value', value: '2' },
          },
        },
        { type: 'Resource', resource: { name: 'memory', target: used } },
        { type: 'Resource', resource: { name: 'cpu', target: used } },
      ];
      const behavior = { scaleDown: { selectPolicy: 'Disabled' } };
      const body = {
        metadata: { name: 'web', annotations: { own: 'yes' } },
        spec: { scaleTargetRef, maxReplicas: 3, metrics, behavior },
      };
      const { spec } = expectSuccess(await api.post(autoscalersOf(namespace), body), 201);
      const older = expectSuccess(await api.get(`${olderAutoscalersOf(namespace)}/web`));
      const { own, ...annotations } = older.metadata.annotations ?? {};
      expect([own, older.spec['targetCPUUtilizationPercentage']]).toEqual(['yes', 50]);
      expect(JSON.parse(annotations['autoscaling.alpha.kubernetes.io/metrics'] ?? '')).toEqual([
        { type: 'Pods', pods: { metricName: 'requests', targetAverageValue: '1k' } },
        { type: 'External', external: { metricName: 'queue', targetValue: '30' } },
        {
          type: 'Object',
          object: {
            ...{ metricName: 'hits', targetValue: '2' },
            target: { apiVersion: 'v1', kind: 'Service', name: 'web' },
          },
        },
        { type: 'Resource', resource: { name: 'memory', targetAverageUtilization: 50 } },
      ]);
      const changed = { ...older, spec: { ...older.spec, maxReplicas: 4 } };
      expectSuccess(await api.put(`${olderAutoscalersOf(namespace)}/web`, changed));
      const stored = expectSuccess(await api.get(`${autoscalersOf(namespace)}/web`));
      expect(stored.spec).toEqual({ ...spec, maxReplicas: 4 });
      expect(stored.metadata.annotations).toEqual({ own: 'yes' });
    },

    async 'prefers autoscaling/v2'({ api }) {
      const { text } = await api.get('/apis/autoscaling');
      expect(JSON.parse(text)).toMatchObject({
        versions: [{ version: 'v2' }, { version: 'v1' }],
        preferredVersion: { version: 'v2' },
      });
    },

    async 'says that an autoscaler has no metrics of its pods'(context) {
      await autoscale(context, { replicas: 1, maxReplicas: 3 });
      const status = await statusWith(context, 'FailedGetResourceMetric');
      expect(status).toMatchObject({
        currentReplicas: 1,
        conditions: [
          {
            type: 'AbleToScale',
            status: 'True',
            reason: 'SucceededGetScale',
            message: "the HPA controller was able to get the target's current scale",
          },
          {
            type: 'ScalingActive',
            status: 'False',
            reason: 'FailedGetResourceMetric',
            message: expect.stringMatching(
              /^the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: /,
            ),
          },
        ],
        currentMetrics: [{ type: '' }],
      });
    },

    async 'shows the metrics of an autoscaler and their targets in a table'(context) {
      const { api, namespace } = context;
      const resource = (name: string, target: object) => ({ type: 'Resource', resource: { name, target } });
      const metrics = [
        resource('cpu', { type: 'Utilization', averageUtilization: 50 }),
        resource('memory', { type: 'AverageValue', averageValue: '0.5Gi' }),
        {
          type: 'Pods',
          pods: { metric: { name: 'a' }, target: { type: 'AverageValue', averageValue: '1' } },
        },
        { type: 'External', external: { metric: { name: 'a' }, target: { type: 'Value', value: '2' } } },
      ];
      await autoscale(context, { maxReplicas: 3, metrics });
      const path = `${autoscalersOf(namespace)}/web`;
      const targets = async () => {
        const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
        return (await api.get(path, { accept })).body.rows[0]?.cells[2];
      };
      expect(await targets()).toBe('cpu: <unknown>/50%, memory: <unknown>/512Mi + 2 more...');
      const currentMetrics = [
        {
          type: 'Resource',
          resource: { name: 'cpu', current: { averageUtilization: 47, averageValue: '47m' } },
        },
        { type: 'Resource', resource: { name: 'memory', current: { averageValue: '1Mi' } } },
      ];
      const status = { currentReplicas: 1, desiredReplicas: 1, currentMetrics };
      expectSuccess(await api.patch(`${path}/status`, 'merge', { status }));
      expect(await targets()).toBe('cpu: 47%/50%, memory: 1Mi/512Mi + 2 more...');
    },

    async 'says that the target of an autoscaler does not exist'(context) {
      await autoscale(context, { maxReplicas: 3 });
      const { conditions } = await statusWith(context, 'FailedGetScale');
      expect(conditions).toMatchObject([
        {
          type: 'AbleToScale',
          status: 'False',
          message:
            'the HPA controller was unable to get the target\'s current scale: deployments.apps "web" not found',
        },
      ]);
    },

    async 'scales a target into the bounds of its autoscaler'(context) {
      const { api, namespace, eventually } = context;
      await autoscale(context, { replicas: 5, maxReplicas: 3 });
      const scaled = await eventually(async () => {
        const { body } = await api.get(`${autoscalersOf(namespace)}/web`);
        return body.status['lastScaleTime'] !== undefined && body;
      });
      expect(scaled.status).toMatchObject({ desiredReplicas: 3, lastScaleTime: expect.any(String) });
      const { spec } = (await api.get(`${deploymentsOf(namespace)}/web`)).body;
      expect(spec['replicas']).toBe(3);
      // The condition of the status lasts until the next round.
      const [event] = await eventually(async () => {
        const events = await api.get(
          `/api/v1/namespaces/${namespace}/events?fieldSelector=reason=SuccessfulRescale`,
        );
        return events.body.items.length > 0 && events.body.items;
      });
      expect(event).toMatchObject({
        message: 'New size: 3; reason: Current number of replicas above Spec.MaxReplicas',
      });
    },

    async 'does not scale a target without replicas'(context) {
      const { api, namespace } = context;
      await autoscale(context, { replicas: 0, minReplicas: 2, maxReplicas: 3 });
      const { conditions } = await statusWith(context, 'ScalingDisabled');
      expect(conditions?.[1]).toMatchObject({
        type: 'ScalingActive',
        status: 'False',
        message: 'scaling is disabled since the replica count of the target is zero',
      });
      const { spec } = (await api.get(`${deploymentsOf(namespace)}/web`)).body;
      expect(spec['replicas']).toBe(0);
    },
  },
};
