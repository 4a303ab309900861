import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { KubernetesThrottled } from '../../../engine/kubernetes/kubernetes-error.js';
import { listCost, listRates, ListRateLimiter } from '../../../kubesim/kubernetes/api/list-rate-limiter.js';
import { ApiError } from '../../../kubesim/kubernetes/kinds/status.js';
import { rejectedRequests, throttlingOf } from '../../../subgraphs/workloads/model/api-throttling.rules.js';
import { eventually } from '../../kit/eventually.js';
import { startWorkloads, type WorkloadsWorld } from './kit.js';

let world: WorkloadsWorld;
beforeAll(async () => {
  world = await startWorkloads();
});
afterAll(() => world[Symbol.asyncDispose]());

/** More than the bucket of a standard cluster holds: reading the whole list leaves a debt of 5 s. */
const OBJECTS = 3_000;
/** Number of objects that are created concurrently. */
const BATCH = 250;
const LIST = '/api/v1/namespaces/default/configmaps';

async function clientOf(clusterId: string): Promise<KubernetesClient> {
  const access = (await clusterAccess(world.kit.database.prisma, null, [clusterId])).get(clusterId);
  if (!access) throw new Error('the cluster cannot be reached');
  return new KubernetesClient(world.platform.kubernetes.of(access), { clusterId });
}

async function filledCluster(account: string): Promise<{ id: string; client: KubernetesClient }> {
  const id = await world.cluster(account, 0);
  const client = await clientOf(id);
  for (let created = 0; created < OBJECTS; created += BATCH) {
    const names = Array.from({ length: BATCH }, (_, index) => `object-${created + index}`);
    await Promise.all(names.map((name) => client.create(LIST, { metadata: { name } })));
  }
  return { id, client };
}

/** Reads the whole list repeatedly; returns the first error after a successful read. */
async function readUntilRejected(client: KubernetesClient): Promise<unknown> {
  let wasRead = false;
  for (let read = 0; read < 50; read += 1) {
    const problem = await client.get(LIST).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (problem === undefined) wasRead = true;
    else if (wasRead) return problem;
    // Earlier requests have taken from the bucket, and only a full bucket admits a list of this size.
    else world.clock.advance(60_000);
  }
  return undefined;
}

interface Throttling {
  readonly _entities: [
    {
      apiThrottling: { throttledRequests: number; recommendation: string | null };
      workloads: { nodes: unknown[]; problems: { code: string; retryAfter?: number }[] };
    },
  ];
}

async function ask(account: string, id: string, product: string): Promise<Throttling['_entities'][0]> {
  const { data, errors } = await world.workloads<Throttling>(
    account,
    `query T($of: [_Any!]!) { _entities(representations: $of) { ... on Cluster {
       workloads(first: 10) { nodes { id } problems { code ... on ThrottledError { retryAfter } } }
       apiThrottling { throttledRequests recommendation } } } }`,
    { of: [{ __typename: 'Cluster', id, product }] },
  );
  expect(errors).toEqual([]);
  return data._entities[0];
}

/** Reads the throttling without any list. */
async function throttlingOfCluster(account: string, id: string) {
  const { data } = await world.workloads<{ _entities: [{ apiThrottling: { throttledRequests: number } }] }>(
    account,
    `query T($of: [_Any!]!) { _entities(representations: $of) { ... on Cluster { apiThrottling { throttledRequests } } } }`,
    { of: [{ __typename: 'Cluster', id, product: 'ACK_STANDARD' }] },
  );
  return data._entities[0].apiThrottling;
}

describe('API of a cluster', () => {
  it('rejects repeated full lists with 429, which the graph reports as THROTTLED with retryAfter', async () => {
    const account = 'reader';
    const { id, client } = await filledCluster(account);
    expect(await ask(account, id, 'ACK_STANDARD')).toMatchObject({
      apiThrottling: { throttledRequests: 0, recommendation: null },
      workloads: { problems: [] },
    });
    // A stopped clock: the bucket is not refilled during the requests.
    using _standing = world.clock.stand();
    const rejected = await readUntilRejected(client);
    expect(rejected).toBeInstanceOf(KubernetesThrottled);
    expect(rejected).toMatchObject({
      problems: [{ code: 'THROTTLED', details: { clusterId: id, retryAfter: expect.any(Number) } }],
    });
    await expect(client.list(LIST, { limit: 500 })).rejects.toBeInstanceOf(KubernetesThrottled);
    const { workloads, apiThrottling } = await ask(account, id, 'ACK_STANDARD');
    expect(workloads.problems).toContainEqual({ code: 'THROTTLED', retryAfter: expect.any(Number) });
    expect(apiThrottling.throttledRequests).toBeGreaterThan(1);
    expect(apiThrottling.recommendation).toBe('MIGRATE_TO_PRO');

    const before = (await throttlingOfCluster(account, id)).throttledRequests;
    const events = await world.observability<{ events: { nodes: unknown[] } }>(
      account,
      '{ events(first: 500) { nodes { id } } }',
    );
    expect(events.errors).toEqual([]);
    expect((await throttlingOfCluster(account, id)).throttledRequests).toBe(before);

    world.clock.advance(60_000);
    expect((await ask(account, id, 'ACK_STANDARD')).workloads.problems).toEqual([]);
  });

  it('accepts more requests after a migration to Pro', async () => {
    const { id, client } = await filledCluster('pro');
    expect(await readUntilRejected(client)).toBeInstanceOf(KubernetesThrottled);
    const { provider } = world.platform;
    await provider.migrateControlPlane(id, 'PRO');
    await eventually(async () => (await provider.controlPlane(id))?.edition === 'PRO', {
      what: 'a Pro cluster',
    });
    world.clock.advance(60_000);
    for (let read = 0; read < 6; read += 1) await client.get(LIST);
    expect((await ask('pro', id, 'ACK_PRO')).workloads.problems).toEqual([]);
  });
});

describe('cost of a list', () => {
  it.each([
    ['a list that is read whole: its objects', { objects: 5_000, limit: 0 }, 5_000],
    ['a page of 500: a twentieth of them', { objects: 500, limit: 500 }, 25],
    ['a page larger than 500: all of its objects', { objects: 501, limit: 501 }, 501],
    ['an empty list: one', { objects: 0, limit: 0 }, 1],
  ])('%s', (_, list, cost) => {
    expect(listCost(list)).toBe(cost);
  });
});

describe('token bucket of a cluster', () => {
  const start = Date.UTC(2026, 0, 1);
  const bucket = (edition: 'STANDARD' | 'PRO') => {
    const time = { now: start };
    return { time, budget: new ListRateLimiter({ now: () => new Date(time.now) }, () => listRates[edition]) };
  };
  const retryAfter = (work: () => void): number | undefined => {
    try {
      work();
      return undefined;
    } catch (error) {
      return error instanceof ApiError && error.code === 429 ? error.details?.retryAfterSeconds : NaN;
    }
  };

  it.each(['STANDARD', 'PRO'] as const)(
    'of %s is refilled per second, and reports when a list fits',
    (edition) => {
      const { burst, perSecond } = listRates[edition];
      const { time, budget } = bucket(edition);
      budget.take(burst);
      expect(retryAfter(() => budget.take(3 * perSecond))).toBe(3);
      time.now += 2_999;
      expect(retryAfter(() => budget.take(3 * perSecond))).toBe(1);
      time.now += 1;
      expect(retryAfter(() => budget.take(3 * perSecond))).toBeUndefined();
      expect(budget.rejected).toBe(2);
    },
  );

  it('accepts a list larger than itself when it is full, and rejects all requests until the debt is refilled', () => {
    const { burst, perSecond } = listRates.STANDARD;
    const { time, budget } = bucket('STANDARD');
    expect(retryAfter(() => budget.take(3 * burst))).toBeUndefined();
    const debt = (2 * burst) / perSecond;
    expect(retryAfter(() => budget.take(perSecond))).toBe(debt + 1);
    time.now += (debt + 1) * 1_000;
    expect(retryAfter(() => budget.take(perSecond))).toBeUndefined();
  });

  it('of a Pro cluster is larger and is refilled faster', () => {
    expect(listRates.PRO.burst).toBeGreaterThan(listRates.STANDARD.burst);
    expect(listRates.PRO.perSecond).toBeGreaterThan(listRates.STANDARD.perSecond);
  });
});

describe('request counter of an API server', () => {
  it('is the sum over all kinds of requests in the metrics', () => {
    const name = 'apiserver_flowcontrol_rejected_requests_total';
    const text = `# TYPE ${name} counter\n${name}{reason="a"} 3\n${name}{reason="b"} 1e2\nother_total{} 5\n`;
    expect(rejectedRequests(text)).toBe(103);
    expect(rejectedRequests('')).toBe(0);
  });

  it.each([
    ['ACK_STANDARD', 0, null],
    ['ACK_STANDARD', 1, 'MIGRATE_TO_PRO'],
    ['ACK_PRO', 1, 'READ_IN_PAGES'],
    ['REGISTERED', 1, 'READ_IN_PAGES'],
  ])('for %s with %s rejected gives the recommendation %s', (product, rejected, recommendation) => {
    expect(throttlingOf(product, rejected)).toEqual({ throttledRequests: rejected, recommendation });
  });
});
