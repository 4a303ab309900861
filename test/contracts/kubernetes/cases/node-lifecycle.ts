import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { channels } from '../channel-connection.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectSuccess } from '../expectations.js';
import { createPod, runPod, script } from '../running-pods.js';

/** Names and effects of taints. */
const taintsOf = (spec: Readonly<Record<string, unknown>>) =>
  ((spec['taints'] ?? []) as { key: string; effect: string }[])
    .map(({ key, effect }) => `${key}:${effect}`)
    .filter((taint) => taint.startsWith('node.kubernetes.io/'))
    .toSorted();

interface ConditionView {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

interface ContainerView {
  readonly restartCount: number;
  readonly state: { readonly running?: { readonly startedAt: string }; readonly terminated?: object };
  readonly lastState: { readonly terminated?: object };
}

const conditionsOf = (status: Readonly<Record<string, unknown>>) =>
  (status['conditions'] ?? []) as readonly ConditionView[];

/** Creates a Node with a zone of its own, whose evictions depend on no other case. */
async function createNode(
  { api, unique }: CaseContext,
  spec: object = {},
  conditions: readonly ConditionView[] = [{ type: 'Ready', status: 'True' }],
): Promise<string> {
  const name = unique('node');
  const labels = { case: name, 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': name };
  expectSuccess(await api.post('/api/v1/nodes', { metadata: { name, labels }, spec }), 201);
  await setConditions(api, name, conditions);
  return name;
}

async function setConditions(
  api: CaseContext['api'],
  name: string,
  conditions: readonly ConditionView[],
): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d+Z/, 'Z');
  const times = { lastHeartbeatTime: now, lastTransitionTime: now };
  const amounts = { cpu: '4', memory: '8Gi', pods: '100' };
  const complete = conditions.map((condition) => ({
    reason: 'Reported',
    message: '',
    ...times,
    ...condition,
  }));
  const status = { capacity: amounts, allocatable: amounts, conditions: complete };
  expectSuccess(await api.patch(`/api/v1/nodes/${name}/status`, 'strategic', { status }));
}

/** Waits until a node has exactly these taints of Kubernetes. */
async function tainted({ api, eventually }: CaseContext, name: string, ...taints: readonly string[]) {
  await eventually(async () => {
    const { body } = await api.get(`/api/v1/nodes/${name}`);
    return taintsOf(body.spec).join() === taints.map((taint) => `node.kubernetes.io/${taint}`).join();
  });
}

/** Waits for an event about an object; returns it. */
const eventAbout = ({ api, eventually }: CaseContext, namespace: string, selector: string) =>
  eventually(async () => {
    const { items } = (await api.get(`/api/v1/namespaces/${namespace}/events?fieldSelector=${selector}`))
      .body;
    return items[0];
  });

const leaseOf = (nodeName: string) =>
  `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${nodeName}`;

/** When the lease of a node was renewed last. */
const renewedAt = async ({ api }: CaseContext, nodeName: string) =>
  String((await api.get(leaseOf(nodeName))).body.spec['renewTime']);

/** Waits until a pod is gone. */
const gone = ({ api, eventually }: CaseContext, pod: string) =>
  eventually(async () => (await api.get(pod)).status === 404);

/** What the node controller does with Nodes, without kubelets. */
export const nodeController: Area = {
  name: 'node controller',
  createsNodes: true,
  cases: {
    async 'taints a node that is not ready, and removes the taints when it is'(context) {
      const { api } = context;
      const name = await createNode(context);
      await setConditions(api, name, [{ type: 'Ready', status: 'False' }]);
      await tainted(context, name, 'not-ready:NoExecute', 'not-ready:NoSchedule');
      const { body } = await api.get(`/api/v1/nodes/${name}`);
      for (const taint of body.spec['taints'] as object[])
        expect(taint).toMatchObject({ timeAdded: expect.stringMatching(/Z$/) as unknown });
      await setConditions(api, name, [{ type: 'Ready', status: 'True' }]);
      await tainted(context, name);
    },

    async 'taints a node of which nothing is known as unreachable'(context) {
      const name = await createNode(context);
      await setConditions(context.api, name, [{ type: 'Ready', status: 'Unknown' }]);
      await tainted(context, name, 'unreachable:NoExecute', 'unreachable:NoSchedule');
    },

    async 'replaces the taints when a node that is not ready becomes unknown'(context) {
      const name = await createNode(context);
      await setConditions(context.api, name, [{ type: 'Ready', status: 'False' }]);
      await tainted(context, name, 'not-ready:NoExecute', 'not-ready:NoSchedule');
      await setConditions(context.api, name, [{ type: 'Ready', status: 'Unknown' }]);
      await tainted(context, name, 'unreachable:NoExecute', 'unreachable:NoSchedule');
    },

    async 'taints a node by its pressure conditions'(context) {
      const name = await createNode(context);
      const pressure = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];
      const conditions = (status: string) => [
        { type: 'Ready', status: 'True' },
        ...pressure.map((type) => ({ type, status })),
      ];
      await setConditions(context.api, name, conditions('True'));
      const taints = ['disk-pressure', 'memory-pressure', 'network-unavailable', 'pid-pressure'];
      await tainted(context, name, ...taints.map((key) => `${key}:NoSchedule`));
      await setConditions(context.api, name, conditions('False'));
      await tainted(context, name);
    },

    async 'taints a node that is cordoned, and removes the taint when it is uncordoned'(context) {
      const { api } = context;
      const name = await createNode(context);
      expectSuccess(await api.patch(`/api/v1/nodes/${name}`, 'merge', { spec: { unschedulable: true } }));
      await tainted(context, name, 'unschedulable:NoSchedule');
      expectSuccess(await api.patch(`/api/v1/nodes/${name}`, 'merge', { spec: { unschedulable: null } }));
      await tainted(context, name);
    },

    async 'lets pods stay on an unready node for 300 seconds, unless they say otherwise'(context) {
      const { api } = context;
      const [notReady, unreachable] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
      const toleration = (key: string, tolerationSeconds?: number) => ({
        ...{ key, operator: 'Exists', effect: 'NoExecute' },
        ...(tolerationSeconds !== undefined && { tolerationSeconds }),
      });
      const tolerations = async (path: string) => (await api.get(path)).body.spec['tolerations'];
      expect(await tolerations(await createPod(context, 'default'))).toEqual([
        toleration(notReady, 300),
        toleration(unreachable, 300),
      ]);
      const own = { tolerations: [toleration(unreachable, 5)] };
      expect(await tolerations(await createPod(context, 'own', own))).toEqual([
        toleration(unreachable, 5),
        toleration(notReady, 300),
      ]);
    },

    async 'marks and deletes the pods that an unready node must not keep, and reports it'(context) {
      const { api, namespace, eventually } = context;
      await createNode(context); // Evicts from none while all nodes are unready.
      const nodeName = await createNode(context);
      const toleration = (tolerationSeconds: number) => ({
        tolerations: [
          { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', operator: 'Exists', tolerationSeconds },
        ],
      });
      const at = { nodeName, terminationGracePeriodSeconds: 30 };
      const short = await createPod(context, 'short', { ...at, ...toleration(1) });
      const long = await createPod(context, 'long', { ...at, ...toleration(3_000) });
      await setConditions(api, nodeName, [{ type: 'Ready', status: 'False' }]);
      const event = await eventAbout(
        context,
        namespace,
        'involvedObject.name=short,reason=TaintManagerEviction',
      );
      expect(event).toMatchObject({
        type: 'Normal',
        message: `Marking for deletion Pod ${namespace}/short`,
        source: { component: 'taint-eviction-controller' },
      });
      // The event precedes the condition. Kubelets of kubesim end pods that are deleted.
      const marked = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager' };
      await eventually(async () => {
        const { status, body } = await api.get(short);
        if (status === 404) return true;
        return conditionsOf(body.status).some(({ type, status: value, reason }) =>
          isDeepStrictEqual({ type, status: value, reason }, marked),
        );
      });
      expect((await api.get(long)).body.metadata).not.toHaveProperty('deletionTimestamp');
    },

    async 'cancels the deletion of a pod when its node is ready in time'(context) {
      const { api, namespace } = context;
      await createNode(context); // Evicts from none while all nodes are unready.
      const nodeName = await createNode(context);
      const pod = await createPod(context, 'web', { nodeName });
      await setConditions(api, nodeName, [{ type: 'Ready', status: 'False' }]);
      await tainted(context, nodeName, 'not-ready:NoExecute', 'not-ready:NoSchedule');
      await setConditions(api, nodeName, [{ type: 'Ready', status: 'True' }]);
      const event = await eventAbout(
        context,
        namespace,
        'involvedObject.name=web,reason=TaintManagerEviction',
      );
      expect(event).toMatchObject({ message: `Cancelling deletion of Pod ${namespace}/web` });
      expect((await api.get(pod)).body.metadata).not.toHaveProperty('deletionTimestamp');
    },

    async 'removes the deleted pods of a node that is out of service'(context) {
      const { api } = context;
      const nodeName = await createNode(context, {}, [{ type: 'Ready', status: 'False' }]);
      const tolerations = [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }];
      const pod = await createPod(context, 'web', {
        ...{ nodeName, tolerations, terminationGracePeriodSeconds: 3_000 },
      });
      const taints = [
        { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' },
      ];
      expectSuccess(await api.patch(`/api/v1/nodes/${nodeName}`, 'strategic', { spec: { taints } }));
      await gone(context, pod);
    },

    async 'reports the registration and the removal of a node'(context) {
      const { api } = context;
      const name = await createNode(context);
      const { uid } = (await api.get(`/api/v1/nodes/${name}`)).body.metadata;
      const event = (reason: string) =>
        eventAbout(context, 'default', `involvedObject.name=${name},reason=${reason}`);
      expect(await event('RegisteredNode')).toMatchObject({
        involvedObject: { kind: 'Node', name, uid },
        message: `Node ${name} event: Registered Node ${name} in Controller`,
        source: { component: 'node-controller' },
        ...{ type: 'Normal', count: 1, reportingComponent: 'node-controller' },
      });
      expectSuccess(await api.delete(`/api/v1/nodes/${name}`));
      expect(await event('RemovingNode')).toMatchObject({
        message: `Node ${name} event: Removing Node ${name} from Controller`,
      });
    },
  },
};

/** What happens with the machines of nodes, whose kubelets are kubesim's. */
export const nodeLifecycle: Area = {
  name: 'node lifecycle',
  cases: {
    async 'renews the lease of a node'(context) {
      const { api, eventually } = context;
      const { name } = await context.startMachine();
      const { uid } = (await api.get(`/api/v1/nodes/${name}`)).body.metadata;
      const lease = await eventually(async () => {
        const response = await api.get(leaseOf(name));
        return response.status === 200 && response.body;
      });
      expect(lease).toMatchObject({
        metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
        spec: { holderIdentity: name, leaseDurationSeconds: 40 },
      });
      await eventually(async () => (await renewedAt(context, name)) > String(lease.spec['renewTime']));
    },

    async 'reports again that a node is ready after a client has said that it is not'(context) {
      const { api, eventually } = context;
      const { name } = await context.startMachine();
      const path = `/api/v1/nodes/${name}`;
      const now = new Date().toISOString().replace(/\.\d+Z/, 'Z');
      const times = { lastHeartbeatTime: now, lastTransitionTime: now };
      const lost = { type: 'Ready', status: 'Unknown', reason: 'Changed', message: '', ...times };
      expectSuccess(await api.patch(`${path}/status`, 'strategic', { status: { conditions: [lost] } }));
      const node = await eventually(async () => {
        const { body } = await api.get(path);
        return conditionsOf(body.status).find(({ type }) => type === 'Ready')?.status === 'True' && body;
      });
      expect(conditionsOf(node.status)).toContainEqual(
        expect.objectContaining({ type: 'Ready', reason: 'KubeletReady' }),
      );
      await tainted(context, name);
    },

    async 'ends streams to the pods of a machine that stops, and answers no further ones'(context) {
      const { api, eventually } = context;
      const machine = await context.startMachine();
      // It stays however long the machine is off.
      const { tolerations } = machine.spec as { readonly tolerations: readonly object[] };
      const always = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' };
      const pod = await runPod(context, 'web', {
        ...{ ...script('sleep 100000'), ...machine.spec, restartPolicy: 'Always' },
        tolerations: [...tolerations, always],
      });
      const sleep = `${pod}/exec?stdout=true&command=sleep&command=100000`;
      using exec = api.channels(sleep);
      using attach = api.channels(`${pod}/attach?stdout=true`);
      await Promise.all([exec.protocol(), attach.protocol()]);
      await machine.power(false);
      await Promise.all([exec.ended, attach.ended]);
      await eventually(async () => (await api.get(`${pod}/log`)).status >= 500);
      using late = api.channels(sleep);
      expect(await late.status().catch(() => 'no connection')).not.toMatchObject({ status: 'Success' });
      await machine.power(true);
      await eventually(async () => {
        using again = api.channels(`${pod}/exec?stdout=true&command=echo&command=back`);
        await again.status().catch(() => undefined);
        return again.text(channels.stdout) === 'back\n';
      });
    },

    async 'restarts the containers of a machine that was off, or ends their pod by its policy'(context) {
      const { api, namespace, eventually } = context;
      const machine = await context.startMachine();
      const run = (name: string, restartPolicy: string) =>
        runPod(context, name, { ...script('sleep 100000'), ...machine.spec, restartPolicy });
      const [always, never] = [await run('always', 'Always'), await run('never', 'Never')];
      const containerOf = async (pod: string) => {
        const { containerStatuses = [] } = (await api.get(pod)).body.status;
        return (containerStatuses as ContainerView[])[0];
      };
      const startOf = async (pod: string) => (await containerOf(pod))?.state.running?.startedAt ?? '';
      const [startedAt, last] = [await startOf(always), await startOf(never)];
      // Times of statuses have seconds.
      await eventually(() => Promise.resolve(Date.now() > Date.parse(last) + 1_000));
      await machine.power(false);
      await machine.power(true);
      const restarted = await eventually(async () => {
        const status = await containerOf(always);
        return status?.state.running && status.restartCount === 1 && status;
      });
      expect(restarted.lastState.terminated).toMatchObject({ exitCode: 255, reason: 'Unknown', startedAt });
      await eventually(async () => (await api.get(never)).body.status['phase'] === 'Failed');
      expect((await containerOf(never))?.state.terminated).toMatchObject({
        exitCode: 255,
        reason: 'Unknown',
      });
      expect(
        await eventAbout(context, namespace, 'involvedObject.name=always,reason=SandboxChanged'),
      ).toMatchObject({
        ...{ type: 'Normal', message: 'Pod sandbox changed, it will be killed and re-created.' },
      });
    },

    async 'reports the node of a machine that stops as unknown, evicts its pods, and lets it return'(
      context,
    ) {
      const { api, namespace, eventually } = context;
      const machine = await context.startMachine();
      const { tolerations } = machine.spec as { readonly tolerations: readonly object[] };
      const impatient = {
        ...{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
        tolerationSeconds: 0,
      };
      const patient = { operator: 'Exists', effect: 'NoExecute' };
      const stays = await runPod(context, 'stays', {
        ...script('sleep 100000'),
        ...machine.spec,
        restartPolicy: 'Always',
        // By default it would leave after five minutes, which in a fast simulation are seconds.
        tolerations: [...tolerations, patient],
      });
      const leaves = await runPod(context, 'leaves', {
        ...script('sleep 100000'),
        ...machine.spec,
        tolerations: [...tolerations, impatient],
        terminationGracePeriodSeconds: 1,
      });
      const ready = async (pod: string) =>
        conditionsOf((await api.get(pod)).body.status).find(({ type }) => type === 'Ready')?.status;
      await eventually(async () => (await ready(stays)) === 'True');

      await machine.power(false);
      const path = `/api/v1/nodes/${machine.name}`;
      const unknown = await eventually(async () => {
        const { body } = await api.get(path);
        return (
          conditionsOf(body.status).some(({ type, status }) => type === 'Ready' && status === 'Unknown') &&
          body
        );
      });
      for (const type of ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'])
        expect(conditionsOf(unknown.status)).toContainEqual(
          expect.objectContaining({
            ...{ type, status: 'Unknown', reason: 'NodeStatusUnknown' },
            message: 'Kubelet stopped posting node status.',
          }),
        );
      await tainted(context, machine.name, 'unreachable:NoExecute', 'unreachable:NoSchedule');
      await eventually(async () => (await ready(stays)) === 'False');
      expect(
        await eventAbout(context, namespace, 'involvedObject.name=stays,reason=NodeNotReady'),
      ).toMatchObject({
        ...{ type: 'Warning', message: 'Node is not ready', source: { component: 'node-controller' } },
      });
      // Its kubelet does not end it.
      await eventually(async () => (await api.get(leaves)).body.metadata.deletionTimestamp);
      expect((await api.get(stays)).body.metadata).not.toHaveProperty('deletionTimestamp');

      const lastRenewal = await renewedAt(context, machine.name);
      await machine.power(true);
      await gone(context, leaves);
      await eventually(async () => (await ready(stays)) === 'True');
      await tainted(context, machine.name);
      await eventually(async () => (await renewedAt(context, machine.name)) > lastRenewal);
    },
  },
};
