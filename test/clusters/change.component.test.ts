import { afterAll, beforeAll, expect, test } from 'vitest';
import { change } from '../../subgraphs/clusters/changes/change.js';
import { lockCluster } from '../../subgraphs/clusters/store/cluster.store.js';
import { type ClustersKit, openClusters } from './kit.js';
import { runningCluster } from './running-cluster.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

const actor = { account: 'acme', subject: 'tester' };

test('completes concurrent changes that lock the same rows in a different order', async () => {
  const [a, b] = [
    await runningCluster(clusters, 'acme', { name: 'a' }),
    await runningCluster(clusters, 'acme', { name: 'b' }),
  ];
  let holding = 0;
  let bothHold = () => undefined as void;
  const met = new Promise<void>((resolve) => (bothHold = resolve));
  let oneIsDone = () => undefined as void;
  const done = new Promise<void>((resolve) => (oneIsDone = resolve));
  let runs = 0;
  const lockBoth = async (first: string, second: string) => {
    const outcome = await change(clusters.platform, { actor, mutation: 'test', input: {} }, async (tx) => {
      runs += 1;
      // The transaction that is retried waits for the end of the other one. It could otherwise take its lock first and cause
      // another deadlock.
      if (holding === 2) await done;
      await lockCluster(tx, 'acme', first);
      holding += 1;
      if (holding === 2) bothHold();
      await met;
      const locked = await lockCluster(tx, 'acme', second);
      return { clusterId: locked?.id ?? '' };
    });
    oneIsDone();
    return outcome;
  };
  const outcomes = await Promise.all([lockBoth(a.id, b.id), lockBoth(b.id, a.id)]);
  expect(outcomes.map(({ cluster }) => cluster?.id)).toEqual([b.id, a.id]);
  // Three runs of two transactions: the deadlock occurred, and one of them was retried.
  expect(runs).toBe(3);
});

test('does not retry a change that fails for a reason other than a deadlock', async () => {
  let runs = 0;
  const failing = change(clusters.platform, { actor, mutation: 'test', input: {} }, () => {
    runs += 1;
    return Promise.reject(new Error('a bug'));
  });
  await expect(failing).rejects.toThrow('a bug');
  expect(runs).toBe(1);
});
