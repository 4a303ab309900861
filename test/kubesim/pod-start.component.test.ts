import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

const SPEED = 20;
let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  simulator = await startSimulator(SPEED);
  cluster = await simulator.cluster('start', 1);
});
afterAll(() => simulator[Symbol.asyncDispose]());

const NAMESPACE = '/api/v1/namespaces/default';
const PODS = `${NAMESPACE}/pods`;

interface StatusView {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: {
    readonly waiting?: { readonly reason: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number; readonly message?: string };
  };
}

interface PodView {
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly StatusView[];
    readonly initContainerStatuses?: readonly StatusView[];
  };
}

async function podOf(name: string): Promise<PodView> {
  return (await cluster.api('GET', `${PODS}/${name}`)).body as unknown as PodView;
}

/** The STATUS and READY columns of `kubectl get pods`. */
async function columns(name: string): Promise<string> {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const { body } = await cluster.api('GET', `${PODS}/${name}`, undefined, { accept });
  const [, ready, state] = body.rows[0]?.cells ?? [];
  return `${String(ready)} ${String(state)}`;
}

async function reasonsOf(name: string): Promise<string[]> {
  const { body } = await cluster.api(
    'GET',
    `${NAMESPACE}/events?fieldSelector=involvedObject.name%3D${name}`,
  );
  return (body.items as unknown as { reason: string; message: string }[]).map(
    ({ reason, message }) => `${reason}: ${message}`,
  );
}

const create = (name: string, spec: object) => cluster.api('POST', PODS, { metadata: { name }, spec });
const shell = (name: string, script: string, more: object = {}) => ({
  ...{ name, image: 'busybox:1.36', command: ['sh', '-c', script] },
  ...more,
});
const logOf = async (name: string, container: string) =>
  (await cluster.open(`${PODS}/${name}/log?container=${container}`)).text();

test('does not create a container with a missing ConfigMap until the ConfigMap exists', async () => {
  const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'late', key: 'a' } } }];
  await create('config', { containers: [{ name: 'c', image: 'nginx:1', env }] });
  await eventually(async () => (await columns('config')) === '0/1 CreateContainerConfigError');
  const { status } = await podOf('config');
  expect(status).toMatchObject({
    phase: 'Pending',
    containerStatuses: [{ ready: false, state: { waiting: { message: 'configmap "late" not found' } } }],
  });
  await cluster.api('POST', `${NAMESPACE}/configmaps`, { metadata: { name: 'late' }, data: { a: '1' } });
  await eventually(async () => (await columns('config')) === '1/1 Running');
});

test('does not mount the volume of a missing Secret, unless it is optional', async () => {
  const mounted = (optional: boolean) => ({
    containers: [{ name: 'c', image: 'nginx:1', volumeMounts: [{ name: 's', mountPath: '/s' }] }],
    volumes: [{ name: 's', secret: { secretName: 'no', optional } }],
  });
  await create('secret', mounted(false));
  await create('optional', mounted(true));
  await eventually(async () =>
    (await reasonsOf('secret')).includes(
      'FailedMount: MountVolume.SetUp failed for volume "s" : secret "no" not found',
    ),
  );
  expect(await columns('secret')).toBe('0/1 ContainerCreating');
  await eventually(async () => (await columns('optional')) === '1/1 Running');
});

test('runs init containers one after the other before the containers of the pod', async () => {
  await create('init', {
    initContainers: [shell('one', 'echo first; sleep 60'), shell('two', 'echo second; sleep 60')],
    containers: [shell('main', 'echo main; sleep 3600')],
  });
  await eventually(async () => (await columns('init')) === '0/1 Init:0/2');
  await eventually(async () => (await columns('init')) === '0/1 Init:1/2');
  const waiting = await podOf('init');
  expect(waiting.status.conditions).toContainEqual(
    expect.objectContaining({
      type: 'Initialized',
      status: 'False',
      message: 'containers with incomplete status: [two]',
    }),
  );
  await eventually(async () => (await columns('init')) === '1/1 Running');
  expect(await logOf('init', 'one')).toBe('first\n');
  expect(await logOf('init', 'main')).toBe('main\n');
});

test('does not start a pod whose init container fails, and restarts the init container', async () => {
  const containers = [{ name: 'main', image: 'nginx:1' }];
  await create('fails', { initContainers: [shell('check', 'echo no; exit 2')], containers });
  await create('never', { restartPolicy: 'Never', initContainers: [shell('check', 'exit 2')], containers });
  await eventually(async () => (await columns('fails')) === '0/1 Init:CrashLoopBackOff');
  await eventually(
    async () => ((await podOf('fails')).status.initContainerStatuses?.[0]?.restartCount ?? 0) > 0,
  );
  expect((await podOf('fails')).status).toMatchObject({
    phase: 'Pending',
    containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
  });
  await eventually(async () => (await columns('never')) === '0/1 Init:Error');
  expect((await podOf('never')).status.phase).toBe('Failed');
});

test('keeps a sidecar running beside the containers and stops it when they have ended', async () => {
  await create('sidecar', {
    restartPolicy: 'Never',
    initContainers: [{ name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' }, shell('setup', 'sleep 1')],
    containers: [shell('main', 'sleep 60; echo done')],
  });
  await eventually(async () => {
    const { initContainerStatuses: init, containerStatuses: main } = (await podOf('sidecar')).status;
    return init?.[0]?.state.running && main?.[0]?.state.running;
  });
  await eventually(async () => (await podOf('sidecar')).status.phase === 'Succeeded');
  expect((await podOf('sidecar')).status.initContainerStatuses?.[0]?.state.terminated?.exitCode).toBe(0);
});

test('keeps a pod not ready while its readiness probe fails, and before its initial delay', async () => {
  const probed = (readinessProbe: object) => ({
    containers: [{ name: 'c', image: 'nginx:1', readinessProbe }],
  });
  await create('unready', probed({ httpGet: { path: '/missing', port: 80 } }));
  await create('delayed', probed({ httpGet: { path: '/', port: 80 }, initialDelaySeconds: 60 }));
  await eventually(async () => (await columns('delayed')) === '0/1 Running');
  await eventually(async () => (await columns('delayed')) === '1/1 Running');
  expect(await columns('unready')).toBe('0/1 Running');
});

test('restarts a container whose liveness probe fails', async () => {
  const livenessProbe = { exec: { command: ['cat', '/tmp/healthy'] }, periodSeconds: 5 };
  const script = 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600';
  await create('alive', { containers: [shell('c', script, { livenessProbe })] });
  await eventually(async () => ((await podOf('alive')).status.containerStatuses?.[0]?.restartCount ?? 0) > 0);
  expect(await reasonsOf('alive')).toContain('Killing: Container c failed liveness probe, will be restarted');
});

test('ends a task with its exit code, its log and its termination message', async () => {
  const script = 'echo working; echo "no disk" > /dev/termination-log; exit 4';
  await create('task', { restartPolicy: 'Never', containers: [shell('c', script)] });
  await eventually(async () => (await columns('task')) === '0/1 Error');
  expect((await podOf('task')).status.containerStatuses?.[0]?.state.terminated).toMatchObject({
    exitCode: 4,
    message: 'no disk\n',
  });
  expect(await logOf('task', 'c')).toBe('working\n');
});

test('starts a pod whose image could not be pulled once its image is changed', async () => {
  await create('image', { containers: [{ name: 'c', image: 'nginx:missing' }] });
  await eventually(async () => (await columns('image')) === '0/1 ImagePullBackOff');
  const patch = { 'content-type': 'application/strategic-merge-patch+json' };
  await cluster.api(
    'PATCH',
    `${PODS}/image`,
    { spec: { containers: [{ name: 'c', image: 'nginx:1' }] } },
    patch,
  );
  await eventually(async () => (await columns('image')) === '1/1 Running');
});

test('warns that it does not run an ephemeral container, and refuses exec in it', async () => {
  await create('debugged', { containers: [{ name: 'c', image: 'nginx:1' }] });
  await eventually(async () => (await columns('debugged')) === '1/1 Running');
  const { status, headers } = await cluster.api(
    'PATCH',
    `${PODS}/debugged/ephemeralcontainers`,
    { spec: { ephemeralContainers: [{ name: 'debugger', image: 'busybox:1.36' }] } },
    { 'content-type': 'application/strategic-merge-patch+json' },
  );
  expect([status, headers.get('warning')]).toEqual([
    200,
    '299 - "ephemeral containers are stored, but simulated kubelets do not run them"',
  ]);
  const exec = await cluster.api('POST', `${PODS}/debugged/exec?container=debugger&stdout=true&command=ls`);
  expect([exec.status, exec.body.message]).toEqual([400, 'container debugger is not valid for pod debugged']);
});

test('ends a pod with three sidecars within its grace period', async () => {
  const sidecar = (name: string) => shell(name, 'sleep 1000000', { restartPolicy: 'Always' });
  const grace = 4_000;
  await create('together', {
    terminationGracePeriodSeconds: grace,
    initContainers: ['a', 'b', 'c'].map(sidecar),
    containers: [shell('main', 'sleep 1000000')],
  });
  await eventually(async () => (await podOf('together')).status.phase === 'Running');
  await cluster.api('DELETE', `${PODS}/together`);
  expect((await podOf('together')).status.phase).toBe('Running');
  simulator.clock.advance((grace * 1_000) / SPEED);
  await eventually(async () => (await cluster.api('GET', `${PODS}/together`)).status === 404);
  const events = await reasonsOf('together');
  expect(events).toContain('Killing: Stopping container a');
});
