import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { container, pod } from '../manifests.js';
import { podsOf } from '../paths.js';

/** Creates a ready node of one CPU, with a label that only pods of this case select. */
async function createNode({ api, unique }: CaseContext, name: string, spec: object = {}): Promise<void> {
  const labels = { case: name, extra: unique('extra') };
  expectSuccess(await api.post('/api/v1/nodes', { metadata: { name, labels }, spec }), 201);
  // DaemonSets of other cases put pods on it, too.
  const amounts = { cpu: '1', memory: '1Gi', pods: '1000' };
  const now = new Date().toISOString().replace(/\.\d+Z/, 'Z');
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: '',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  const status = { capacity: amounts, allocatable: amounts, conditions: [ready] };
  expectSuccess(await api.patch(`/api/v1/nodes/${name}/status`, 'strategic', { status }));
}

async function createPod(
  { api, namespace, eventually }: CaseContext,
  name: string,
  spec: object,
): Promise<void> {
  const body = pod(name, { terminationGracePeriodSeconds: 0, ...spec });
  await eventually(async () => (await api.post(podsOf(namespace), body)).status === 201);
}

/** The node of a pod, as soon as it has one. */
const nodeOf = ({ api, namespace, eventually }: CaseContext, name: string) =>
  eventually(
    async () => (await api.get(`${podsOf(namespace)}/${name}`)).body.spec['nodeName'] as string | undefined,
  );

/** Waits until the scheduler says why a pod has no node. */
const pendingBecause = ({ api, namespace, eventually }: CaseContext, name: string, reason: string) =>
  eventually(async () => {
    const { status } = (await api.get(`${podsOf(namespace)}/${name}`)).body;
    const conditions = status['conditions'] as { type: string; message?: string }[] | undefined;
    return conditions?.some(({ type, message }) => type === 'PodScheduled' && message?.includes(reason));
  });

const on = (name: string) => ({ nodeSelector: { case: name } });

const RESERVED = 'example.com/reserved';
/** Spec of a node, and of its pods, with CPU for these pods alone: pods of other areas that wait for any node would take it. */
const reserved = (name: string) => ({
  node: { taints: [{ key: RESERVED, value: name, effect: 'NoSchedule' }] },
  pod: { ...on(name), tolerations: [{ key: RESERVED, value: name }] },
});
/** Required affinity to either of two nodes. */
const nodes = (...values: string[]) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'case', operator: 'In', values }] }],
    },
  },
});
const cpu = (amount: string) => ({ containers: [container({ resources: { requests: { cpu: amount } } })] });

/** Where the scheduler puts pods. */
export const scheduling: Area = {
  name: 'scheduling',
  createsNodes: true,
  cases: {
    async 'puts a pod on a node that its selector selects'(context) {
      const name = context.unique('node');
      await createNode(context, name);
      await createPod(context, 'web', on(name));
      expect(await nodeOf(context, 'web')).toBe(name);
    },

    async 'labels a pod with the zone and the region of its node'(context) {
      const { api, namespace, unique } = context;
      const name = unique('node');
      await createNode(context, name);
      const topology = { 'topology.kubernetes.io/zone': 'a-1', 'topology.kubernetes.io/region': 'a' };
      const labels = { ...topology, 'topology.example.com/rack': '1' };
      expectSuccess(await api.patch(`/api/v1/nodes/${name}`, 'merge', { metadata: { labels } }));
      await createPod(context, 'scheduled', on(name));
      await nodeOf(context, 'scheduled');
      await createPod(context, 'placed', { nodeName: name });
      for (const each of ['scheduled', 'placed']) {
        const { metadata } = (await api.get(`${podsOf(namespace)}/${each}`)).body;
        expect(metadata.labels).toEqual({ app: each, ...topology });
      }
    },

    async 'keeps a pod pending that requests more than a node has'(context) {
      const name = context.unique('node');
      await createNode(context, name);
      await createPod(context, 'web', { ...on(name), ...cpu('2') });
      await pendingBecause(context, 'web', 'Insufficient cpu');
    },

    async 'says whether the end of other pods would make room for a pod'(context) {
      const { api, namespace, unique, eventually } = context;
      const name = unique('node');
      await createNode(context, name, reserved(name).node);
      await createPod(context, 'small', { ...reserved(name).pod, ...cpu('800m') });
      await nodeOf(context, 'small');
      const explained = (pod: string) =>
        eventually(async () => {
          const { status } = (await api.get(`${podsOf(namespace)}/${pod}`)).body;
          const conditions = status['conditions'] as { reason?: string; message: string }[] | undefined;
          return conditions?.find(({ reason }) => reason === 'Unschedulable')?.message;
        });
      const unhelpful = '\\d+ Preemption is not helpful for scheduling';
      const preemption = 'no new claims to deallocate, preemption: 0/\\d+ nodes are available:';
      await createPod(context, 'equal', { ...reserved(name).pod, ...cpu('800m') });
      expect(await explained('equal')).toMatch(
        new RegExp(`\\. ${preemption} 1 No preemption victims found for incoming pod(, ${unhelpful})?\\.$`),
      );
      await createPod(context, 'large', { ...reserved(name).pod, ...cpu('2') });
      expect(await explained('large')).toMatch(new RegExp(`\\. ${preemption} ${unhelpful}\\.$`));
      const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['none'] }];
      const required = {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
      };
      await createPod(context, 'named', { affinity: { nodeAffinity: required } });
      expect(await explained('named')).toContain(" node(s) didn't satisfy plugin(s) [NodeAffinity]. ");
    },

    async 'ends pods that do not tolerate a taint of their node, and others after their time'(context) {
      const { api, namespace, unique, eventually } = context;
      const name = unique('node');
      await createNode(context, name);
      const toleration = { key: 'own', operator: 'Exists', effect: 'NoExecute' };
      await createPod(context, 'none', on(name));
      await createPod(context, 'short', {
        ...on(name),
        tolerations: [{ ...toleration, tolerationSeconds: 1 }],
      });
      await createPod(context, 'always', { ...on(name), tolerations: [toleration] });
      for (const each of ['none', 'short', 'always']) await nodeOf(context, each);
      const taints = [{ key: 'own', effect: 'NoExecute' }];
      expectSuccess(await api.patch(`/api/v1/nodes/${name}`, 'strategic', { spec: { taints } }));
      const isEnding = async (each: string) => {
        const { status, body } = await api.get(`${podsOf(namespace)}/${each}`);
        return status === 404 || body.metadata.deletionTimestamp !== undefined;
      };
      await eventually(() => isEnding('none'));
      await eventually(() => isEnding('short'));
      expect(await isEnding('always')).toBe(false);
    },

    async 'puts no pod on a node that is cordoned'(context) {
      const name = context.unique('node');
      await createNode(context, name, { unschedulable: true });
      await createPod(context, 'web', on(name));
      await pendingBecause(context, 'web', 'node(s) were unschedulable');
      await context.api.patch(`/api/v1/nodes/${name}`, 'merge', { spec: { unschedulable: null } });
      expect(await nodeOf(context, 'web')).toBe(name);
    },

    async 'puts only pods that tolerate its taint on a node'(context) {
      const name = context.unique('node');
      await createNode(context, name, { taints: [{ key: 'only', value: 'mine', effect: 'NoSchedule' }] });
      await createPod(context, 'other', on(name));
      const tolerations = [{ key: 'only', operator: 'Equal', value: 'mine', effect: 'NoSchedule' }];
      await createPod(context, 'mine', { ...on(name), tolerations });
      expect(await nodeOf(context, 'mine')).toBe(name);
      await pendingBecause(context, 'other', 'node(s) had untolerated taint(s)');
    },

    async 'puts a pod that the affinity allows on a node'(context) {
      const name = context.unique('node');
      await createNode(context, name);
      const expression = { key: 'case', operator: 'In', values: [name, 'none'] };
      const nodeSelectorTerms = [{ matchExpressions: [expression] }];
      const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
      await createPod(context, 'web', { affinity: { nodeAffinity: required } });
      expect(await nodeOf(context, 'web')).toBe(name);
    },

    async 'keeps two pods apart that anti-affinity separates'(context) {
      const name = context.unique('node');
      await createNode(context, name);
      const term = { labelSelector: { matchLabels: { app: 'one' } }, topologyKey: 'case' };
      const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
      await createPod(context, 'one', on(name));
      await nodeOf(context, 'one');
      await createPod(context, 'two', { ...on(name), affinity: { podAntiAffinity } });
      await pendingBecause(context, 'two', "didn't match pod anti-affinity rules");
    },

    async 'leaves pods of another scheduler alone'(context) {
      const name = context.unique('node');
      await createNode(context, name);
      await createPod(context, 'other', { ...on(name), schedulerName: 'another' });
      await createPod(context, 'web', on(name));
      await nodeOf(context, 'web');
      const other = expectSuccess(await context.api.get(`${podsOf(context.namespace)}/other`));
      expect(other.spec).not.toHaveProperty('nodeName');
    },

    async 'waits for the scheduling gates of a pod'(context) {
      const { api, namespace } = context;
      const name = context.unique('node');
      await createNode(context, name);
      await createPod(context, 'web', { ...on(name), schedulingGates: [{ name: 'example.com/wait' }] });
      const gated = expectSuccess(await api.get(`${podsOf(namespace)}/web`));
      expect(gated.status['conditions']).toContainEqual(
        expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }),
      );
      await api.patch(`${podsOf(namespace)}/web`, 'json', [{ op: 'remove', path: '/spec/schedulingGates' }]);
      expect(await nodeOf(context, 'web')).toBe(name);
    },

    async 'evicts a pod of lower priority for one of higher'(context) {
      const { api, namespace, eventually, unique } = context;
      const name = unique('node');
      await createNode(context, name, reserved(name).node);
      const priorityClassName = unique('class');
      const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
      await api.post(classes, { metadata: { name: priorityClassName }, value: 1000 });
      await createPod(context, 'low', { ...reserved(name).pod, ...cpu('800m') });
      await nodeOf(context, 'low');
      await createPod(context, 'high', { ...reserved(name).pod, ...cpu('800m'), priorityClassName });
      await eventually(async () => {
        const { status, body } = await api.get(`${podsOf(namespace)}/low`);
        return status === 404 || body.metadata.deletionTimestamp !== undefined;
      });
    },

    async 'runs a pod near the pods that its affinity selects'(context) {
      const [first, second] = [context.unique('node'), context.unique('node')];
      await createNode(context, first);
      await createNode(context, second);
      const term = { labelSelector: { matchLabels: { app: 'one' } }, topologyKey: 'case' };
      const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
      await createPod(context, 'two', { affinity: { podAffinity, ...nodes(first, second) } });
      await pendingBecause(context, 'two', "didn't match pod affinity rules");
      await createPod(context, 'one', on(second));
      expect(await nodeOf(context, 'two')).toBe(second);
    },

    async 'keeps a pod from nodes whose pods do not want it near'(context) {
      const name = context.unique('node');
      await createNode(context, name);
      const term = { labelSelector: { matchLabels: { app: 'two' } }, topologyKey: 'case' };
      const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
      await createPod(context, 'one', { ...on(name), affinity: { podAntiAffinity } });
      await nodeOf(context, 'one');
      await createPod(context, 'two', on(name));
      await pendingBecause(context, 'two', "didn't satisfy existing pods anti-affinity rules");
    },

    async 'spreads pods over the values of a label'(context) {
      const [first, second] = [context.unique('node'), context.unique('node')];
      await createNode(context, first);
      await createNode(context, second);
      const constraint = {
        maxSkew: 1,
        topologyKey: 'case',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'b', 'c'] }] },
      };
      const placed: (string | undefined)[] = [];
      for (const name of ['a', 'b']) {
        const affinity = nodes(first, second);
        await createPod(context, name, { affinity, topologySpreadConstraints: [constraint] });
        placed.push(await nodeOf(context, name));
      }
      expect(placed.toSorted()).toEqual([first, second].toSorted());
      await createPod(context, 'c', {
        ...on(first),
        topologySpreadConstraints: [{ ...constraint, minDomains: 3 }],
      });
      await pendingBecause(context, 'c', "didn't match pod topology spread constraints");
    },

    async 'prefers the node that the affinity prefers'(context) {
      const [first, second] = [context.unique('node'), context.unique('node')];
      await createNode(context, first);
      await createNode(context, second);
      // The scheduler knows both nodes from here on.
      for (const [name, node] of [
        ['a', first],
        ['b', second],
      ] as const) {
        await createPod(context, name, on(node));
        await nodeOf(context, name);
      }
      const expression = { key: 'case', operator: 'In', values: [second] };
      const preferred = [{ weight: 100, preference: { matchExpressions: [expression] } }];
      const { nodeAffinity } = nodes(first, second);
      const affinity = {
        nodeAffinity: { ...nodeAffinity, preferredDuringSchedulingIgnoredDuringExecution: preferred },
      };
      await createPod(context, 'web', { affinity });
      expect(await nodeOf(context, 'web')).toBe(second);
    },

    async 'evicts no pod for one whose class does not preempt'(context) {
      const { api, unique } = context;
      const name = unique('node');
      await createNode(context, name, reserved(name).node);
      const priorityClassName = unique('class');
      const body = { metadata: { name: priorityClassName }, value: 1000, preemptionPolicy: 'Never' };
      await api.post('/apis/scheduling.k8s.io/v1/priorityclasses', body);
      await createPod(context, 'low', { ...reserved(name).pod, ...cpu('800m') });
      await nodeOf(context, 'low');
      await createPod(context, 'high', { ...reserved(name).pod, ...cpu('800m'), priorityClassName });
      await pendingBecause(context, 'high', 'Insufficient cpu');
      await pendingBecause(context, 'high', 'preemption: not eligible due to preemptionPolicy=Never.');
      const low = expectSuccess(await api.get(`${podsOf(context.namespace)}/low`));
      expect(low.metadata.deletionTimestamp).toBeUndefined();
    },

    async 'rejects a scheduling gate that is added to a pod'(context) {
      const { api, namespace } = context;
      const schedulingGates = [{ name: 'example.com/one' }];
      await createPod(context, 'web', { schedulingGates });
      const rejected = await api.patch(`${podsOf(namespace)}/web`, 'merge', {
        spec: { schedulingGates: [...schedulingGates, { name: 'example.com/two' }] },
      });
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.message).toContain(
        "only deletion is allowed, but found new scheduling gate 'example.com/two'",
      );
    },
  },
};
