import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { deploymentBody, startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator();
  cluster = await simulator.cluster('ctl', 3);
  await cluster.api('POST', '/api/v1/namespaces', { metadata: { name: 'work' } });
});
afterAll(() => simulator[Symbol.asyncDispose]());

const DEPLOYMENTS = '/apis/apps/v1/namespaces/work/deployments';
const PODS = '/api/v1/namespaces/work/pods';
const MERGE = { 'content-type': 'application/merge-patch+json' };

interface PodView {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly state: { readonly waiting?: { readonly reason: string } };
    }[];
  };
}

async function podsOf(app: string): Promise<PodView[]> {
  return (await cluster.api('GET', `${PODS}?labelSelector=app%3D${app}`)).body.items as unknown as PodView[];
}

async function ready(app: string, count: number): Promise<PodView[]> {
  return eventually(
    async () => {
      const pods = (await podsOf(app)).filter(({ metadata }) => !metadata.deletionTimestamp);
      const running = pods.filter(({ status }) =>
        status.conditions?.some(({ type, status: on }) => type === 'Ready' && on === 'True'),
      );
      return pods.length === count && running.length === count && pods;
    },
    { what: `${count} ready pods of ${app}` },
  );
}

test('starts the pods of a deployment with distinct addresses, spread over the nodes', async () => {
  await cluster.api('POST', DEPLOYMENTS, deploymentBody('spread', 6));
  const pods = await ready('spread', 6);
  expect(new Set(pods.map(({ status }) => status.podIP)).size).toBe(6);
  expect(new Set(pods.map(({ spec }) => spec.nodeName)).size).toBe(3);
});

test('rolls out a new image by a new ReplicaSet and reports completion by conditions', async () => {
  await cluster.api('POST', DEPLOYMENTS, deploymentBody('rolling', 4));
  await ready('rolling', 4);
  const containers = [{ name: 'web', image: 'nginx:2' }];
  await cluster.api(
    'PATCH',
    `${DEPLOYMENTS}/rolling`,
    { spec: { template: { spec: { containers } } } },
    { 'content-type': 'application/strategic-merge-patch+json' },
  );
  await eventually(async () =>
    (await podsOf('rolling')).every(({ spec }) => spec.containers[0]?.image === 'nginx:2'),
  );
  await ready('rolling', 4);
  await eventually(async () => {
    const { status } = (await cluster.api('GET', `${DEPLOYMENTS}/rolling`)).body;
    return (status['conditions'] as { reason: string }[]).some(
      ({ reason }) => reason === 'NewReplicaSetAvailable',
    );
  });
  const sets = await cluster.api(
    'GET',
    '/apis/apps/v1/namespaces/work/replicasets?labelSelector=app%3Drolling',
  );
  expect(sets.body.items).toHaveLength(2);
});

test('reuses the ReplicaSet of an earlier template', async () => {
  await cluster.api('POST', DEPLOYMENTS, deploymentBody('undo', 1, 'nginx:1'));
  const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
  for (const image of ['nginx:2', 'nginx:1']) {
    await ready('undo', 1);
    await cluster.api(
      'PATCH',
      `${DEPLOYMENTS}/undo`,
      { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } },
      strategic,
    );
    await eventually(async () =>
      (await podsOf('undo')).every(({ spec }) => spec.containers[0]?.image === image),
    );
  }
  const sets = await cluster.api('GET', '/apis/apps/v1/namespaces/work/replicasets?labelSelector=app%3Dundo');
  expect(sets.body.items).toHaveLength(2);
  await eventually(async () =>
    JSON.stringify((await cluster.api('GET', `${DEPLOYMENTS}/undo`)).body.metadata).includes(
      '"deployment.kubernetes.io/revision":"3"',
    ),
  );
});

test('keeps unschedulable pods pending with a reason, and schedules them when resources become free', async () => {
  await cluster.api('POST', DEPLOYMENTS, deploymentBody('large', 4, 'nginx:1', '3'));
  const waiting = await eventually(async () =>
    (await podsOf('large')).find(({ status }) => status.conditions?.[0]?.status === 'False'),
  );
  expect(waiting.status.conditions?.[0]?.message).toMatch(
    /^0\/3 nodes are available: 3 Insufficient cpu\. no new claims to deallocate, preemption: /,
  );
  const events = await cluster.api(
    'GET',
    `/api/v1/namespaces/work/events?fieldSelector=involvedObject.name%3D${waiting.metadata.name}`,
  );
  expect(events.body.items).toEqual([
    expect.objectContaining({ reason: 'FailedScheduling', type: 'Warning' }),
  ]);
  await cluster.api('PATCH', `${DEPLOYMENTS}/large`, { spec: { replicas: 3 } }, MERGE);
  await ready('large', 3);
  await cluster.api('DELETE', `${DEPLOYMENTS}/large`);
  await eventually(async () => (await podsOf('large')).length === 0);
});

test('restarts containers with the image tag crash, and does not start those with the tag missing', async () => {
  await cluster.api('POST', DEPLOYMENTS, deploymentBody('crash', 1, 'app:crash'));
  await cluster.api('POST', DEPLOYMENTS, deploymentBody('missing', 1, 'app:missing'));
  await eventually(
    async () => ((await podsOf('crash'))[0]?.status.containerStatuses?.[0]?.restartCount ?? 0) >= 2,
  );
  await eventually(
    async () =>
      (await podsOf('missing'))[0]?.status.containerStatuses?.[0]?.state.waiting?.reason ===
      'ImagePullBackOff',
  );
});

test('publishes the ready pods of a service as its endpoints', async () => {
  await cluster.api('POST', '/api/v1/namespaces/work/services', {
    metadata: { name: 'spread' },
    spec: { selector: { app: 'spread' }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  await eventually(async () => {
    const { body } = await cluster.api('GET', '/api/v1/namespaces/work/endpoints/spread');
    const [subset] =
      (body as unknown as { subsets?: { addresses: unknown[]; ports: { port: number }[] }[] }).subsets ?? [];
    return subset?.addresses.length === 6 && subset.ports[0]?.port === 8080;
  });
});

test('deletes the dependents of a deleted owner, unless they are orphaned', async () => {
  await cluster.api('POST', DEPLOYMENTS, deploymentBody('kept', 2));
  await ready('kept', 2);
  await cluster.api('DELETE', `${DEPLOYMENTS}/kept`, { propagationPolicy: 'Orphan' });
  expect(
    (await cluster.api('GET', '/apis/apps/v1/namespaces/work/replicasets?labelSelector=app%3Dkept')).body
      .items,
  ).toHaveLength(1);
  await cluster.api('DELETE', '/apis/apps/v1/namespaces/work/replicasets?labelSelector=app%3Dkept');
  await eventually(async () => (await podsOf('kept')).length === 0);
});

test('keeps the owner during foreground deletion until its dependents are deleted', async () => {
  await cluster.api('POST', DEPLOYMENTS, deploymentBody('fore', 1));
  await ready('fore', 1);
  const { body } = await cluster.api('DELETE', `${DEPLOYMENTS}/fore`, { propagationPolicy: 'Foreground' });
  expect(body.metadata).toMatchObject({ finalizers: ['foregroundDeletion'] });
  await eventually(async () => (await cluster.api('GET', `${DEPLOYMENTS}/fore`)).status === 404);
  expect(await podsOf('fore')).toEqual([]);
});

test('keeps a deleted object until its finalizer is removed', async () => {
  const path = '/api/v1/namespaces/work/configmaps';
  await cluster.api('POST', path, { metadata: { name: 'held', finalizers: ['test/hold'] } });
  await cluster.api('DELETE', `${path}/held`);
  expect((await cluster.api('GET', `${path}/held`)).body.metadata).toHaveProperty('deletionTimestamp');
  await cluster.api('PATCH', `${path}/held`, { metadata: { finalizers: null } }, MERGE);
  expect((await cluster.api('GET', `${path}/held`)).status).toBe(404);
});

test('deletes the contents of a deleted namespace, then the namespace', async () => {
  await cluster.api('POST', '/api/v1/namespaces', { metadata: { name: 'brief' } });
  await cluster.api('POST', '/apis/apps/v1/namespaces/brief/deployments', deploymentBody('inside', 2));
  await cluster.api('DELETE', '/api/v1/namespaces/brief');
  const late = await cluster.api('POST', '/api/v1/namespaces/brief/configmaps', {
    metadata: { name: 'late' },
  });
  expect([403, 404]).toContain(late.status);
  await eventually(async () => (await cluster.api('GET', '/api/v1/namespaces/brief')).status === 404);
  expect((await cluster.api('GET', '/api/v1/namespaces/brief/pods')).body.items).toEqual([]);
});

test('runs a job to completion, one daemon set pod per node, and numbered stateful set pods', async () => {
  const pod = (image: string) => ({ spec: { containers: [{ name: 'c', image }] } });
  const containers = [{ name: 'c', image: 'busybox', command: ['sleep', '1'] }];
  await cluster.api('POST', '/apis/batch/v1/namespaces/work/jobs', {
    metadata: { name: 'twice' },
    spec: { completions: 2, template: { spec: { restartPolicy: 'Never', containers } } },
  });
  const labelled = (app: string) => ({
    selector: { matchLabels: { app } },
    template: { ...pod('app:1'), metadata: { labels: { app } } },
  });
  await cluster.api('POST', '/apis/apps/v1/namespaces/work/daemonsets', {
    metadata: { name: 'agent' },
    spec: labelled('agent'),
  });
  await cluster.api('POST', '/apis/apps/v1/namespaces/work/statefulsets', {
    metadata: { name: 'db' },
    spec: { ...labelled('db'), replicas: 2, serviceName: 'db' },
  });
  await eventually(
    async () =>
      (await cluster.api('GET', '/apis/batch/v1/namespaces/work/jobs/twice')).body.status['succeeded'] === 2,
  );
  expect(new Set((await ready('agent', 3)).map(({ spec }) => spec.nodeName)).size).toBe(3);
  expect((await ready('db', 2)).map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1']);
});

test('taints a node that is switched off, moves its pods, and recovers it', async () => {
  const extra = await simulator.cluster('power', 2);
  await extra.api('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentBody('moves', 2));
  await simulator.cloud('PUT', '/clusters/power/instances/power-i0/power', { on: false });
  const node = await eventually(async () => {
    const { body } = await extra.api('GET', '/api/v1/nodes/node-0');
    return body.spec['taints'] ? body : undefined;
  });
  expect(node.spec['taints']).toContainEqual(
    expect.objectContaining({ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }),
  );
  await eventually(async () => {
    const { items } = (
      await extra.api('GET', '/api/v1/namespaces/default/pods?fieldSelector=spec.nodeName%3Dnode-1')
    ).body;
    return items.length === 2;
  });
  await simulator.cloud('PUT', '/clusters/power/instances/power-i0/power', { on: true });
  await eventually(async () => !(await extra.api('GET', '/api/v1/nodes/node-0')).body.spec['taints']);
});

test('moves the pods of a drained instance to other nodes before it stops', async () => {
  const extra = await simulator.cluster('drain', 2);
  await extra.api('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentBody('stays', 4));
  const { body } = await simulator.cloud('POST', '/clusters/drain/instances/delete', {
    ids: ['drain-i0'],
    drain: true,
  });
  expect(body.instances[0]?.state).toBe('STOPPING');
  await eventually(
    async () => (await simulator.cloud('GET', '/clusters/drain/instances')).body.instances.length === 1,
  );
  expect((await extra.api('GET', '/api/v1/nodes')).body.items.map(({ metadata }) => metadata.name)).toEqual([
    'node-1',
  ]);
  await eventually(async () => {
    const { items } = (
      await extra.api(
        'GET',
        '/api/v1/namespaces/default/pods?fieldSelector=spec.nodeName%3Dnode-1,status.phase%3DRunning',
      )
    ).body;
    return items.length === 4;
  });
});

test('serves metrics of nodes and pods, and log lines', async () => {
  const [pod] = await ready('spread', 6);
  const nodes = await cluster.api('GET', '/apis/metrics.k8s.io/v1beta1/nodes');
  expect(nodes.body.items).toHaveLength(3);
  const name = pod?.metadata.name ?? '';
  const metrics = await cluster.api('GET', `/apis/metrics.k8s.io/v1beta1/namespaces/work/pods/${name}`);
  expect(metrics.body).toMatchObject({
    kind: 'PodMetrics',
    containers: [{ name: 'web', usage: { cpu: expect.stringMatching(/^\d+n$/) as string } }],
  });
  const log = await (await cluster.open(`${PODS}/${name}/log?tailLines=1&timestamps=true`)).text();
  expect(log).toMatch(/^\d{4}-\d\d-\d\dT\S+Z level=info .*\n$/);
});
