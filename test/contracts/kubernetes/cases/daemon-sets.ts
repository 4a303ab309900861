import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectSuccess } from '../expectations.js';
import { podTemplate } from '../manifests.js';
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
  createsNodes: true,
  cases: {
    async 'keeps the pod of a DaemonSet on a node with a taint that only keeps new pods away'(context) {
      const { api, namespace, eventually } = context;
      const { node, path } = await daemonSetOnNode(context);
      const own = await eventually(async () => {
        const [created] = await items(context, podsOf(namespace), 1);
        return created?.spec['nodeName'] === node && created;
      });
      expect(own.spec['tolerations']).toEqual(
        expect.arrayContaining([
          { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
        ]),
      );
      const taint = (effect: string) =>
        api.patch(`/api/v1/nodes/${node}`, 'strategic', { spec: { taints: [{ key: 'own', effect }] } });
      expectSuccess(await taint('NoSchedule'));
      // A controller that has not yet seen the node change sees it with the next change of the DaemonSet.
      expectSuccess(await api.patch(path, 'merge', { metadata: { labels: { changed: 'yes' } } }));
      await eventually(async () => (await api.get(path)).body.status['numberMisscheduled'] === 1);
      const [kept] = await items(context, podsOf(namespace), 1);
      expect(kept?.metadata.uid).toBe(own.metadata.uid);
      expect(kept?.metadata.deletionTimestamp).toBeUndefined();
      expectSuccess(await taint('NoExecute'));
      await eventually(async () => {
        const { items: left } = (await api.get(podsOf(namespace))).body;
        return left.every(({ metadata }) => metadata.deletionTimestamp !== undefined);
      });
    },
  },
};
