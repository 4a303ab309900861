import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectSuccess } from '../expectations.js';
import { container, podTemplate } from '../manifests.js';
import { appsOf, podsOf } from '../paths.js';
import { items } from './controllers.js';

/** A DaemonSet for one node, which has no kubelet. */
async function daemonSetOnNode({ api, namespace, unique }: CaseContext, spec: object = {}) {
  const node = unique('node');
  expectSuccess(
    await api.post('/api/v1/nodes', { metadata: { name: node, labels: { daemons: node } } }),
    201,
  );
  const now = new Date().toISOString().replace(/\.\d+Z/, 'Z');
  const times = { lastHeartbeatTime: now, lastTransitionTime: now };
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', ...times };
  const amounts = { cpu: '1', memory: '1Gi', pods: '1000' };
  const status = { capacity: amounts, allocatable: amounts, conditions: [ready] };
  expectSuccess(await api.patch(`/api/v1/nodes/${node}/status`, 'strategic', { status }));
  const template = podTemplate('d', { nodeSelector: { daemons: node }, terminationGracePeriodSeconds: 0 });
  const selector = { matchLabels: { app: 'd' } };
  const body = { metadata: { name: 'd' }, spec: { selector, template, ...spec } };
  expectSuccess(await api.post(appsOf(namespace, 'daemonsets'), body), 201);
  return { node, path: `${appsOf(namespace, 'daemonsets')}/d` };
}

/** On which nodes a DaemonSet runs pods, and how it replaces them. */
export const daemonSets: Area = {
  name: 'daemon sets',
  cases: {
    async 'keeps the pod of a DaemonSet on a node with a taint that only keeps new pods away'(context) {
      const { api, namespace, eventually } = context;
      const { node, path } = await daemonSetOnNode(context);
      const [own] = await items(context, podsOf(namespace), 1);
      expect(own?.spec['tolerations']).toEqual(
        expect.arrayContaining([
          { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
        ]),
      );
      const taint = (effect: string) =>
        api.patch(`/api/v1/nodes/${node}`, 'strategic', { spec: { taints: [{ key: 'own', effect }] } });
      expectSuccess(await taint('NoSchedule'));
      await eventually(async () => (await api.get(path)).body.status['numberMisscheduled'] === 1);
      const [kept] = await items(context, podsOf(namespace), 1);
      expect(kept?.metadata.uid).toBe(own?.metadata.uid);
      expect(kept?.metadata.deletionTimestamp).toBeUndefined();
      expectSuccess(await taint('NoExecute'));
      await eventually(async () => {
        const { items: left } = (await api.get(podsOf(namespace))).body;
        return left.every(({ metadata }) => metadata.deletionTimestamp !== undefined);
      });
    },
  },
};

/** How DaemonSets replace pods on a node with a kubelet. */
export const daemonSetRollouts: Area = {
  name: 'rollouts of daemon sets',
  cases: {
    async 'keeps the old pod of a DaemonSet that surges until the new one is available'(context) {
      const { api, namespace, eventually } = context;
      const path = `${appsOf(namespace, 'daemonsets')}/d`;
      const body = {
        metadata: { name: 'd' },
        spec: {
          selector: { matchLabels: { app: 'd' } },
          template: podTemplate('d', {}),
          updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        },
      };
      expectSuccess(await api.post(appsOf(namespace, 'daemonsets'), body), 201);
      await eventually(async () => (await api.get(path)).body.status['numberAvailable'] === 1);
      const [old] = await items(context, podsOf(namespace), 1);
      const change = async (more: Readonly<Record<string, unknown>>) => {
        const containers = [container(more)];
        expectSuccess(await api.patch(path, 'strategic', { spec: { template: { spec: { containers } } } }));
      };
      await change({ readinessProbe: { exec: { command: ['false'] }, periodSeconds: 1 } });
      const both = await items(context, podsOf(namespace), 2);
      expect(both.map(({ metadata }) => metadata.uid)).toContain(old?.metadata.uid);
      await change({ readinessProbe: null, env: [{ name: 'A', value: '1' }] });
      await eventually(async () => {
        const { status, metadata } = (await api.get(path)).body;
        return status['observedGeneration'] === metadata.generation && status['updatedNumberScheduled'] === 1;
      });
      await eventually(async () => {
        const { items: left } = (await api.get(podsOf(namespace))).body;
        return !left.some(({ metadata }) => metadata.uid === old?.metadata.uid);
      });
    },
  },
};
