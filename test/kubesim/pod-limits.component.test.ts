import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { clusterBody, deploymentBody, startSimulator, type Cluster, type Simulator } from './simulator.js';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator(1_000);
});
afterAll(() => simulator[Symbol.asyncDispose]());

const PODS = '/api/v1/namespaces/default/pods';

async function cluster(id: string, more: Record<string, unknown>): Promise<Cluster> {
  await simulator.cloud('PUT', `/clusters/${id}`, clusterBody(more));
  await eventually(async () => (await simulator.cloud('GET', `/clusters/${id}`)).body.state === 'RUNNING');
  return simulator.access(id);
}

/** Number of pods of a cluster, from the remaining count of a page. */
async function podCount({ api }: Cluster): Promise<number> {
  const { body } = await api('GET', '/api/v1/pods?limit=1');
  return body.items.length + (body.metadata.remainingItemCount ?? 0);
}

/** Pods that a field selector selects; such a list has no count of what remains. */
async function selectedCount({ api }: Cluster, selector: string): Promise<number> {
  const { body } = await api('GET', `/api/v1/pods?fieldSelector=${encodeURIComponent(selector)}`);
  return body.items.length;
}

const pod = (name: string) => ({
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'busybox' }] },
});

describe('pods of a serverless cluster', () => {
  it.each([
    ['ASK Standard', 1_000],
    ['ASK Pro', 10_000],
  ])(
    'a cluster of %s runs %i pods, and its API server rejects another one as an exceeded quota',
    async (name, limit) => {
      const ask = await cluster(name.toLowerCase().replace(' ', '-'), { serverless: true, maxPods: limit });
      const before = await podCount(ask);
      await ask.api(
        'POST',
        '/apis/apps/v1/namespaces/default/deployments',
        deploymentBody('web', limit - before),
      );
      await eventually(async () => (await podCount(ask)) === limit, { timeoutMs: 120_000, what: 'all pods' });
      const { status, body } = await ask.api('POST', PODS, pod('one-more'));
      expect(status).toBe(403);
      expect(body).toMatchObject({ reason: 'Forbidden', message: expect.stringContaining('exceeded quota') });
      expect(body.message).toContain(`used: pods=${limit}, limited: pods=${limit}`);

      await ask.api(
        'PATCH',
        '/apis/apps/v1/namespaces/default/deployments/web/scale',
        { spec: { replicas: limit } },
        {
          'content-type': 'application/merge-patch+json',
        },
      );
      expect(await podCount(ask)).toBe(limit);
    },
    180_000,
  );
});

/** Pods without requests, so that only their number counts. */
function undemanding(replicas: number): Record<string, unknown> {
  const labels = { app: 'web' };
  const containers = [{ name: 'main', image: 'busybox' }];
  const spec = {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels }, spec };
}

describe('pods of a node', () => {
  it('a node runs 256 pods and keeps another one pending', async () => {
    const small = await simulator.cluster('full', 1);
    const others = await podCount(small);
    await small.api('POST', '/apis/apps/v1/namespaces/default/deployments', undemanding(257 - others));
    await eventually(async () => (await podCount(small)) === 257, { what: 'all pods' });
    const unschedulable = async () => (await selectedCount(small, 'status.phase=Pending')) === 1;
    await eventually(unschedulable, { what: 'one pending pod' });
    expect(await selectedCount(small, 'spec.nodeName=node-0')).toBe(256);
  });
});

describe('pods of a controller that asks for two billion', () => {
  const REPLICAS = 2_000_000_000;

  it('a StatefulSet has its first pod', async () => {
    const huge = await cluster('huge-stateful-set', {});
    const { spec } = undemanding(REPLICAS);
    const body = { metadata: { name: 'web' }, spec: { ...(spec as object), serviceName: 'web' } };
    await huge.api('POST', '/apis/apps/v1/namespaces/default/statefulsets', body);
    await eventually(async () => (await huge.api('GET', `${PODS}/web-0`)).status === 200);
  });

  it('a ReplicaSet has as many as the cluster may have', async () => {
    const huge = await cluster('huge-replica-set', { maxPods: 250 });
    await huge.api('POST', '/apis/apps/v1/namespaces/default/deployments', undemanding(REPLICAS));
    await eventually(async () => (await podCount(huge)) === 250);
    const events = async () =>
      (await huge.api('GET', '/api/v1/namespaces/default/events?fieldSelector=reason%3DFailedCreate')).body;
    await eventually(async () => (await events()).items.length === 1);
    await huge.api('DELETE', '/apis/apps/v1/namespaces/default/deployments/web');
    await eventually(async () => (await selectedCount(huge, 'metadata.namespace=default')) === 0);
  });
});
