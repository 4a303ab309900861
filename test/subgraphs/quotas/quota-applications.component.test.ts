import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { faultPoints } from '../../../engine/faults/fault-points.js';
import { noFaultInjection, type Reconciler, type ReconcileContext } from '../../../engine/contract.js';
import { type Engine, startEngine } from '../../../engine/engine.js';
import { readQuotaUsage, reserve } from '../../../engine/ledger/ledger.js';
import { systemClock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { createLog } from '../../../kernel/log.js';
import { quotaId } from '../../../engine/ledger/quota-id.js';
import { quotaReconcilers } from '../../../subgraphs/quotas/reconcilers.js';
import { createQuotasSubgraph } from '../../../subgraphs/quotas/subgraph.js';
import { testActor } from '../../kit/actor.js';
import { type AskAs, type AskSubgraph, askSubgraph, askSubgraphAs } from '../../kit/ask-subgraph.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';
import { eventually } from '../../kit/eventually.js';

const log = createLog('silent');
const NODES = 'ACK_STANDARD/nodesPerCluster';

let kit: TestDatabase;
let ask: AskSubgraph;
let askAs: AskAs;
let reconciler: Reconciler;
let engine: Engine | undefined;

beforeAll(async () => {
  kit = await createTestDatabase();
  const subgraph = await createQuotasSubgraph({
    database: kit.database,
    clock: systemClock,
    rights: kit.rights,
  });
  ask = askSubgraph(subgraph);
  askAs = askSubgraphAs(subgraph);
  [reconciler] = quotaReconcilers({ database: kit.database }) as [Reconciler];
});
afterEach(async () => {
  await engine?.[Symbol.asyncDispose]();
  engine = undefined;
});
afterAll(() => kit[Symbol.asyncDispose]());

interface Payload {
  quota: { id: string; limit: number | null } | null;
  application: {
    id: string;
    state: string;
    limit: number;
    reason: string | null;
    decidedAt: string | null;
  } | null;
  operation: null;
  userErrors: { code: string; path: string[] | null }[];
}

async function request(account: string, input: Record<string, unknown>): Promise<Payload> {
  const { data, errors } = await ask<{ requestQuotaIncrease: Payload }>(
    account,
    `mutation R($input: RequestQuotaIncreaseInput!) { requestQuotaIncrease(input: $input) {
       quota { id limit } application: quotaApplication { id state limit reason decidedAt } operation { id } userErrors { code path } } }`,
    { input },
  );
  expect(errors).toEqual([]);
  return data.requestQuotaIncrease;
}

/** Approves an application as an operator. */
async function approve(id: string | undefined, by = 'operator'): Promise<DeskPayload> {
  return decide({ id, approved: true }, by);
}

interface DeskPayload {
  readonly quotaApplication: { state: string; account: string; requestedBy: string } | null;
  readonly userErrors: readonly { code: string }[];
}

async function decide(
  input: Record<string, unknown>,
  account = 'operator',
  subject?: string,
): Promise<DeskPayload> {
  const { data, errors } = await askAs<{ decideQuotaApplication: DeskPayload }>(
    testActor(account, { scopes: ['fleet:admin'], ...(subject && { subject }) }),
    `mutation D($input: DecideQuotaApplicationInput!) { decideQuotaApplication(input: $input) {
       quotaApplication { state account requestedBy } userErrors { code } } }`,
    { input },
  );
  expect(errors).toEqual([]);
  return data.decideQuotaApplication;
}

function scope(faults = noFaultInjection): ReconcileContext {
  return {
    database: kit.database.prisma,
    clock: systemClock,
    log,
    faults,
    signal: new AbortController().signal,
  };
}

async function limit(account: string, resource: string, at = '*'): Promise<number | null | undefined> {
  return (await readQuotaUsage(kit.database.prisma, account, [{ resource, scope: at }]))[0]?.limit;
}

function events(account: string) {
  return kit.database.prisma.event.findMany({ where: { account }, orderBy: { sequence: 'asc' } });
}

const vcpu = quotaId({ resource: 'payg-vcpu', scope: '' });

describe('quota application', () => {
  test('is pending in the response until an operator approves it; the event reports the effective limit', async () => {
    const account = 'raiser';
    const { application, quota, userErrors, operation } = await request(account, {
      quotaId: vcpu,
      limit: 4000,
      reason: 'a big launch',
    });
    expect(userErrors).toEqual([]);
    expect(operation).toBeNull();
    expect(quota).toEqual({ id: vcpu, limit: 100 });
    expect(application).toMatchObject({
      state: 'PENDING',
      limit: 4000,
      reason: 'a big launch',
      decidedAt: null,
    });
    engine = await startEngine({
      database: kit.database,
      clock: systemClock,
      log,
      concurrency: 2,
      reconcilers: [reconciler],
      schedules: [],
    });
    await approve(application?.id);
    const query = `query A($id: ID!) { quotaApplication(id: $id) { state decidedAt quota { limit defaultLimit } } }`;
    const decided = await eventually(async () => {
      const { data } = await ask<{ quotaApplication: { state: string } }>(account, query, {
        id: application?.id,
      });
      return data.quotaApplication.state !== 'PENDING' && data.quotaApplication;
    });
    expect(decided).toEqual({
      state: 'APPROVED',
      decidedAt: expect.any(String),
      quota: { limit: 4000, defaultLimit: 100 },
    });
    expect(await limit(account, 'payg-vcpu', '')).toBe(4000);
    expect(await limit('somebody-else', 'payg-vcpu', '')).toBe(100);
    const log_ = await events(account);
    expect(log_.map((event) => [event.category, event.type])).toEqual([
      ['QUOTA', 'QUOTA_INCREASE_REQUESTED'],
      ['QUOTA', 'QUOTA_RAISED'],
    ]);
    expect(log_[1]?.data).toMatchObject({
      resource: 'payg-vcpu',
      fromLimit: 100,
      toLimit: 4000,
      applicationId: application?.id,
    });
  });

  test('above 100 times the limit is rejected without a reason, with an event, and approved with one', async () => {
    const account = 'greedy';
    const query = `query A($id: ID!) { quotaApplication(id: $id) { state message decidedAt quota { limit } } }`;
    const decided = async (input: Record<string, unknown>) => {
      const { application } = await request(account, { quotaId: vcpu, limit: 10_001, ...input });
      await reconciler.reconcile(application!.id, scope());
      if (input['reason']) {
        await approve(application?.id);
        await reconciler.reconcile(application!.id, scope());
      }
      return (await ask<{ quotaApplication: unknown }>(account, query, { id: application!.id })).data
        .quotaApplication;
    };
    expect(await decided({})).toEqual({
      state: 'REJECTED',
      message: expect.stringContaining('needs a reason'),
      decidedAt: expect.any(String),
      quota: { limit: 100 },
    });
    expect(await limit(account, 'payg-vcpu', '')).toBe(100);
    expect((await events(account)).at(-1)).toMatchObject({
      type: 'QUOTA_INCREASE_REJECTED',
      level: 'WARNING',
      data: { fromLimit: 100, toLimit: 100, limit: 10_001 },
    });
    expect(await decided({ reason: 'The year has one day on which everybody comes.' })).toMatchObject({
      state: 'APPROVED',
      message: null,
      quota: { limit: 10_001 },
    });
    const states = `query S($state: QuotaApplicationState) {
      quotaApplications(filter: { states: [$state] }) { nodes { state } } }`;
    for (const state of ['REJECTED', 'APPROVED'])
      expect((await ask(account, states, { state })).data).toEqual({
        quotaApplications: { nodes: [{ state }] },
      });
  });

  test.each([
    [
      'a limit that is fixed',
      quotaId({ resource: 'ACK_PRO/podsPerNode', scope: '*' }),
      300,
      'NOT_ADJUSTABLE',
      'quotaId',
    ],
    [
      'a limit without a number',
      quotaId({ resource: 'payg-data-disk-capacity', scope: '' }),
      300,
      'NOT_ADJUSTABLE',
      'quotaId',
    ],
    ['the present limit', vcpu, 100, 'INVALID_INPUT', 'limit'],
    ['a lower limit', vcpu, 0, 'INVALID_INPUT', 'limit'],
    ['more than a million', vcpu, 1_000_001, 'INVALID_INPUT', 'limit'],
    ['a quota that is none', 'quota_bm9uZQ', 300, 'NOT_FOUND', 'quotaId'],
    [
      'a scope that is none',
      quotaId({ resource: 'payg-vcpu', scope: 'elsewhere' }),
      300,
      'NOT_FOUND',
      'quotaId',
    ],
    [
      'the general scope of an account-wide quota',
      quotaId({ resource: 'payg-vcpu', scope: '*' }),
      300,
      'NOT_FOUND',
      'quotaId',
    ],
  ])('rejects %s', async (_, quota, requestedLimit, code, field) => {
    const payload = await request('rejected', { quotaId: quota, limit: requestedLimit });
    expect(payload.userErrors).toEqual([{ code, path: ['input', field] }]);
    expect(payload.application).toBeNull();
    expect(await events('rejected')).toEqual([]);
  });

  test('raises the limit of one cluster; for all clusters it raises lower limits of single clusters', async () => {
    const account = 'clustered';
    const cluster = newId('cluster');
    await kit.database.prisma.$transaction((tx) =>
      reserve(tx, { account, resource: NODES, scope: cluster, amount: 3 }),
    );
    const own = quotaId({ resource: NODES, scope: cluster });
    const stranger = await request('stranger', { quotaId: own, limit: 40 });
    expect(stranger).toMatchObject({ quota: null, userErrors: [{ code: 'NOT_FOUND' }] });
    const first = await request(account, { quotaId: own, limit: 40 });
    await approve(first.application?.id);
    await reconciler.reconcile(first.application!.id, scope());
    expect([await limit(account, NODES, cluster), await limit(account, NODES)]).toEqual([40, 10]);
    const second = await request(account, { quotaId: quotaId({ resource: NODES, scope: '*' }), limit: 90 });
    await approve(second.application?.id);
    await reconciler.reconcile(second.application!.id, scope());
    expect([await limit(account, NODES, cluster), await limit(account, NODES)]).toEqual([90, 90]);
    expect((await events(account)).map((event) => event.clusterId)).toEqual([cluster, cluster, null, null]);
  });

  test('is stored once for a repeated clientToken, also concurrently', async () => {
    const input = { quotaId: vcpu, limit: 300, clientToken: 'once' };
    const [first, two] = await Promise.all([request('twin', input), request('twin', input)]);
    await approve(first?.application?.id);
    await reconciler.reconcile(first!.application!.id, scope());
    const three = await request('twin', input);
    expect(new Set([first, two, three].map((payload) => payload?.application?.id)).size).toBe(1);
    expect(three).toMatchObject({
      application: { state: 'APPROVED' },
      quota: { limit: 300 },
      userErrors: [],
    });
    const reused = await request('twin', { ...input, limit: 301 });
    expect(reused.userErrors).toMatchObject([{ code: 'CLIENT_TOKEN_REUSED' }]);
    expect(await kit.database.prisma.quotaApplication.count({ where: { account: 'twin' } })).toBe(1);
  });
});

describe('quota application reconciler', () => {
  test('decides an application once, however often it runs', async () => {
    const { application } = await request('often', { quotaId: vcpu, limit: 200 });
    await approve(application?.id);
    await Promise.all([1, 2, 3].map(() => reconciler.reconcile(application!.id, scope())));
    expect((await events('often')).map((event) => event.type)).toEqual([
      'QUOTA_INCREASE_REQUESTED',
      'QUOTA_RAISED',
    ]);
  });

  test.each(faultPoints.quotaApplication)(
    'that crashes at %s decides wholly or not at all, and the next reconcile completes it',
    async (point) => {
      const account = `dies-at-${point}`;
      const { application } = await request(account, { quotaId: vcpu, limit: 200 });
      await approve(application?.id);
      const died = new Error('died');
      const faults = { reach: (at: string) => (at === point ? Promise.reject(died) : Promise.resolve()) };
      await expect(reconciler.reconcile(application!.id, scope(faults))).rejects.toBe(died);
      const whole = (await limit(account, 'payg-vcpu', '')) === 200;
      const row = await kit.database.prisma.quotaApplication.findUniqueOrThrow({
        where: { id: application!.id },
      });
      expect(row.state).toBe(whole ? 'APPROVED' : 'PENDING');
      await reconciler.reconcile(application!.id, scope());
      expect(await limit(account, 'payg-vcpu', '')).toBe(200);
      expect(await events(account)).toHaveLength(2);
    },
  );

  test('never lowers a limit, in any order of two applications', async () => {
    const low = await request('two', { quotaId: vcpu, limit: 200 });
    const high = await request('two', { quotaId: vcpu, limit: 900 });
    for (const { application } of [low, high]) await approve(application?.id);
    await Promise.all([high, low].map(({ application }) => reconciler.reconcile(application!.id, scope())));
    expect(await limit('two', 'payg-vcpu', '')).toBe(900);
  });

  test('returns done for an unknown application', async () => {
    await expect(reconciler.reconcile(newId('quotaApplication'), scope())).resolves.toEqual({ kind: 'done' });
  });
});

describe('quota approval by an operator', () => {
  const REQUEST = { quotaId: vcpu, limit: 200 };
  const UNDECIDED =
    '{ undecidedQuotaApplications(first: 500) { totalCount nodes { id account requestedBy } } }';

  test('is required: no request of an account raises its limit', async () => {
    const { application } = await request('impatient', REQUEST);
    await reconciler.reconcile(application!.id, scope());
    expect(await limit('impatient', 'payg-vcpu', '')).toBe(100);
    const { data, errors } = await ask<object>(
      'impatient',
      `mutation D($input: DecideQuotaApplicationInput!) { decideQuotaApplication(input: $input) { userErrors { code } } }`,
      { input: { id: application?.id, approved: true } },
    );
    expect([data, errors]).toMatchObject([null, [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }]]);
    await reconciler.reconcile(application!.id, scope());
    expect(await limit('impatient', 'payg-vcpu', '')).toBe(100);
  });

  test('rejects an application of the operator', async () => {
    const { application } = await request('operator', REQUEST);
    const rejected = await decide({ id: application?.id, approved: true }, 'operator', 'tester');
    expect(rejected).toEqual({ quotaApplication: null, userErrors: [{ code: 'FORBIDDEN' }] });
    expect((await decide({ id: application?.id, approved: true }, 'operator', 'another')).userErrors).toEqual(
      [],
    );
  });

  test('lists the undecided applications of all accounts to operators only', async () => {
    const { application } = await request('waiting', REQUEST);
    const { data } = await askAs<{ undecidedQuotaApplications: { nodes: { id: string }[] } }>(
      testActor('operator', { scopes: ['fleet:admin'] }),
      UNDECIDED,
    );
    expect(data.undecidedQuotaApplications.nodes).toContainEqual({
      ...{ id: application?.id, account: 'waiting', requestedBy: 'tester' },
    });
    const { errors } = await ask('waiting', UNDECIDED);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }]);
  });

  test('rejects an application with a reason, once', async () => {
    const { application } = await request('rejected', REQUEST);
    const input = { id: application?.id, approved: false, message: 'Use fewer.' };
    expect((await decide(input)).quotaApplication?.state).toBe('REJECTED');
    expect((await decide(input)).userErrors).toEqual([{ code: 'INVALID_STATE' }]);
    expect((await events('rejected')).at(-1)).toMatchObject({
      type: 'QUOTA_INCREASE_REJECTED',
      message: expect.stringContaining('Use fewer.') as string,
    });
    await reconciler.reconcile(application!.id, scope());
    expect(await limit('rejected', 'payg-vcpu', '')).toBe(100);
  });
});

describe('list of quota applications', () => {
  const LIST = `query L($first: Int, $after: String, $filter: QuotaApplicationFilter) {
    quotaApplications(first: $first, after: $after, filter: $filter) {
      totalCount nodes { id limit state quota { resource } } pageInfo { hasNextPage endCursor } } }`;
  interface List {
    totalCount: number;
    nodes: { id: string; limit: number; quota: { resource: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  }
  const list = async (account: string, variables: Record<string, unknown>): Promise<List> =>
    (await ask<{ quotaApplications: List }>(account, LIST, variables)).data.quotaApplications;

  test('is newest first, page by page, and of one account only', async () => {
    for (const requestedLimit of [101, 102, 103])
      await request('lister', { quotaId: vcpu, limit: requestedLimit });
    await request('lister', { quotaId: quotaId({ resource: 'eips', scope: '' }), limit: 30 });
    const limits: number[] = [];
    let after: string | null = null;
    // Bounds the loop: there are at most as many pages as applications.
    for (let page = 0; page < 4; page += 1) {
      const { totalCount, nodes, pageInfo } = await list('lister', { first: 3, after });
      expect(totalCount).toBe(4);
      limits.push(...nodes.map((node) => node.limit));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(limits).toEqual([30, 103, 102, 101]);
    const filtered = await list('lister', { filter: { quotaId: vcpu, states: ['PENDING'] } });
    expect(filtered.nodes.map((node) => node.limit)).toEqual([103, 102, 101]);
    expect(await list('nobody', {})).toMatchObject({ totalCount: 0, nodes: [] });
    const [newest] = filtered.nodes;
    const single = await ask('nobody', 'query A($id: ID!) { quotaApplication(id: $id) { id } }', {
      id: newest?.id,
    });
    expect(single.data).toEqual({ quotaApplication: null });
  });

  test.each([
    [{ first: 501 }, 'PAGE_SIZE_EXCEEDED'],
    [{ after: 'nonsense' }, 'INVALID_CURSOR'],
  ])('with %o returns %s', async (variables, code) => {
    const { errors } = await ask('lister', LIST, variables);
    expect(errors[0]?.extensions).toMatchObject({ code });
  });
});
