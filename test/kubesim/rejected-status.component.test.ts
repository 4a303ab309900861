import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { KeyQueue, KubeletClient } from '../../kubesim/kubelet-client.js';
import { kubelets } from '../../kubesim/kubelet/kubelet.js';
import { simulatedKubelets } from '../../kubesim/kubelet/simulated-kubelets.js';
import type { PodStatus } from '../../kubesim/kubernetes/kinds/core.js';
import { eventually } from '../kit/eventually.js';
import { startSimulator, type Cluster, type Simulator } from './simulator.js';

const NAMESPACE = '/api/v1/namespaces/default';
const PODS = `${NAMESPACE}/pods`;

/** The names of the ended containers of each status that the kubelets wrote, and whether it was accepted. */
const writes: { readonly ended: readonly string[]; readonly accepted: boolean }[] = [];
let simulator: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  vi.spyOn(simulatedKubelets, 'run').mockImplementation((client) => kubelets(rejectingClient(client)));
  simulator = await startSimulator(20);
  cluster = await simulator.cluster('rejected', 1);
});
afterAll(async () => {
  await simulator[Symbol.asyncDispose]();
  vi.restoreAllMocks();
});

/** An API server that rejects the first status with the end of each container, as one does after a conflict. */
function rejectingClient(client: KubeletClient): KubeletClient {
  const rejected = new Set<string>();
  const queues: KeyQueue[] = [];
  return {
    ...client,
    queue(work) {
      const queue = client.queue(work);
      queues.push(queue);
      return queue;
    },
    setPodStatus(pod, status) {
      const ended = endedOf(status);
      const accepted = ended.every((name) => rejected.has(name));
      ended.forEach((name) => rejected.add(name));
      if (ended.length > 0) writes.push({ ended, accepted });
      if (accepted) return client.setPodStatus(pod, status);
      const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
      client.timers.after(client.scaled(1), () => queues.forEach((queue) => queue.add(key)));
    },
  };
}

function endedOf({ containerStatuses = [], initContainerStatuses = [] }: PodStatus): string[] {
  return [...containerStatuses, ...initContainerStatuses]
    .filter(({ state }) => state.terminated)
    .map(({ name }) => name);
}

test('keeps the ends of containers whose status was not accepted', async () => {
  const image = 'registry.k8s.io/pause:3.10';
  const ending = (name: string, seconds: number) => ({
    ...{ name, image, lifecycle: { preStop: { sleep: { seconds } } } },
  });
  const { status } = await cluster.api('POST', PODS, {
    metadata: { name: 'web' },
    spec: {
      initContainers: [
        { name: 'first', image, restartPolicy: 'Always' },
        { ...ending('second', 2), restartPolicy: 'Always' },
      ],
      containers: [ending('main', 1)],
    },
  });
  expect(status).toBe(201);
  const web = () => cluster.api('GET', `${PODS}/web`);
  await eventually(async () => (await web()).body.status.phase === 'Running', { what: 'a running pod' });
  await cluster.api('DELETE', `${PODS}/web`);
  await eventually(async () => (await web()).status === 404, { what: 'a deleted pod' });

  expect(writes.filter(({ accepted }) => !accepted).map(({ ended }) => ended)).toEqual([
    ['main'],
    ['main', 'second'],
    ['main', 'first', 'second'],
  ]);
  for (const { ended } of writes) {
    if (ended.includes('second')) expect(ended).toContain('main');
    if (ended.includes('first')) expect(ended).toContain('second');
  }
  const { body } = await cluster.api('GET', `${NAMESPACE}/events?fieldSelector=reason%3DKilling`);
  // Each container is stopped once.
  const killed = body.items as unknown as { message: string; count: number }[];
  expect(killed.map(({ message, count }) => `${count} ${message}`).toSorted()).toEqual([
    '1 Stopping container first',
    '1 Stopping container main',
    '1 Stopping container second',
  ]);
});
