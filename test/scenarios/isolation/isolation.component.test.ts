import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { queryGraph, operationEnd, type GraphSession } from '../../kit/cluster-lifecycle.js';
import * as documents from '../../kit/documents.js';
import { startTestPlatform, type TestPlatform } from '../../kit/platform.js';
import { record } from '../../kit/subscribe.js';
import {
  IsolationClient,
  clientSchema,
  type Root,
  rootFields,
  type AttemptResult,
} from './isolation-client.js';
import type { Attempt } from './attempt.js';
import { createAccountResources, type AccountResources } from './account-resources.js';
import { pathsOf, referencePaths } from './id-paths.js';
import { mutationAttempts } from './mutation-attempts.js';
import { queryAttempts } from './query-attempts.js';
import { stateOf } from './state.js';
import { subscriptionAttempts } from './subscription-attempts.js';
import { CATALOG_IDS, NOT_LOOKED_UP, WITHOUT_FOREIGN_IDS } from './without-foreign-ids.js';

const attempts: Readonly<Record<Root, readonly Attempt[]>> = {
  Query: queryAttempts,
  Mutation: mutationAttempts,
  Subscription: subscriptionAttempts,
};
const roots = Object.keys(attempts) as Root[];

/** Descriptive placeholder ids, to inspect attempts without a platform. */
const named = (whose: string) =>
  new Proxy({} as AccountResources, {
    get: (_, name) => `${whose} ${String(name)}`,
  }) satisfies AccountResources;
const [mine, theirs] = [named('my'), named('their')];
const theirIds = new Set(
  [
    'accessRequest cluster clusterCheck clusterResource component eip eventCursor loadBalancer instance node nodePool operation',
    'otherInstance otherNode otherRole otherServiceAccount permission principal quota quotaApplication role securityGroup serviceAccount serviceAccountKey supportTicket vpc vSwitch watchCursor workload',
  ].flatMap((names) => names.split(' ').map((name) => `their ${name}`)),
);
/** Paths at which an attempt has an id of another account. */
const pathsIn = (attempt: Attempt) => pathsOf(attempt.with(mine, theirs), theirIds);
const titled = (root: Root) =>
  attempts[root].map((attempt) => [`${attempt.field}(${pathsIn(attempt).join()})`, attempt] as const);

const schema: GraphQLSchema = await clientSchema();

describe('root fields of the graph', () => {
  const fields = roots.flatMap((root) => rootFields(schema, root).map((field) => ({ root, field })));

  test.each(fields.map(({ root, field }) => [`${root}.${field.name}`, root, field] as const))(
    '%s is tried with every id of another account that it accepts',
    (name, root, field) => {
      const tried = attempts[root].filter((attempt) => attempt.field === field.name).flatMap(pathsIn);
      const accepted = referencePaths(field.args).filter(
        (path) =>
          !CATALOG_IDS.includes(path.split('.').at(-1) ?? '') && !(`${name}(${path})` in NOT_LOOKED_UP),
      );
      if (name in WITHOUT_FOREIGN_IDS) expect(tried).toEqual([]);
      else {
        expect(tried).not.toEqual([]);
        expect([...new Set(tried)].sort()).toEqual(accepted.sort());
      }
    },
  );

  test.each(roots.flatMap(titled))('%s names exactly one object of another account', (_, attempt) => {
    expect(pathsIn(attempt)).toHaveLength(1);
  });

  test('gives reasons only for existing fields and paths', () => {
    const names = fields.map(({ root, field }) => `${root}.${field.name}`);
    const paths = fields.flatMap(({ root, field }) =>
      referencePaths(field.args).map((path) => `${root}.${field.name}(${path})`),
    );
    expect(Object.keys(WITHOUT_FOREIGN_IDS).filter((name) => !names.includes(name))).toEqual([]);
    expect(Object.keys(NOT_LOOKED_UP).filter((path) => !paths.includes(path))).toEqual([]);
  });
});

describe('account that uses ids of another account', () => {
  let platform: TestPlatform;
  let owner: GraphSession;
  let stranger: GraphSession;
  let estates: { owner: AccountResources; stranger: AccountResources };
  let before: Record<string, unknown>;
  const asOwner = () => new IsolationClient(schema, owner);
  const asStranger = () => new IsolationClient(schema, stranger);
  const foreign = (attempt: Attempt) => attempt.with(estates.stranger, estates.owner);
  const own = (attempt: Attempt) => attempt.with(estates.owner, estates.owner);
  const responseText = ({ response }: AttemptResult) => JSON.stringify(response);

  beforeAll(async () => {
    platform = await startTestPlatform();
    owner = { url: platform.url, account: 'acme' };
    stranger = { url: platform.url, account: 'globex' };
    estates = {
      owner: await createAccountResources(owner),
      stranger: await createAccountResources(stranger),
    };
    before = await stateOf(platform.kit, owner.account);
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  test('creates one resource of every kind', () => {
    const ids = Object.values(estates.owner) as string[];
    expect(ids).toHaveLength(theirIds.size);
    expect(ids.filter((id) => id === '')).toEqual([]);
    expect(Object.values(estates.stranger).filter((id) => ids.includes(id as string))).toEqual([]);
  });

  // More scopes do not give access to another account, and fewer scopes do not prevent reading the own one.
  describe.each([
    ['no scopes', []],
    ['scopes to read', ['fleet:introspect']],
    ['scopes to write', ['fleet:write']],
  ])('with a token with %s', (_, scopes) => {
    const ownerWith = () => new IsolationClient(schema, { ...owner, scopes });
    const strangerWith = () => new IsolationClient(schema, { ...stranger, scopes });

    test.each(titled('Query'))('finds nothing by Query.%s, unlike the owner', async (__, attempt) => {
      const verdict = await strangerWith().query(attempt, foreign(attempt));
      expect(verdict.holdsNothing, responseText(verdict)).toBe(true);
      const theirs = await ownerWith().query(attempt, own(attempt));
      expect(theirs.holdsNothing, responseText(theirs)).toBe(false);
    });

    test.each(titled('Subscription'))(
      'receives nothing by Subscription.%s, unlike the owner',
      async (__, attempt) => {
        const verdict = await strangerWith().subscription(attempt, foreign(attempt));
        expect(verdict.holdsNothing, responseText(verdict)).toBe(true);
        const theirs = await ownerWith().subscription(attempt, own(attempt));
        expect(theirs.holdsNothing, responseText(theirs)).toBe(false);
      },
    );

    if (!scopes.includes('fleet:write'))
      test.each(titled('Mutation'))(
        'is rejected by Mutation.%s for its own resources and those of others',
        async (__, attempt) => {
          const rejected = ['UNAUTHORIZED_FIELD_OR_TYPE'];
          expect(await ownerWith().rejection(attempt, own(attempt))).toEqual(rejected);
          expect(await strangerWith().rejection(attempt, foreign(attempt))).toEqual(rejected);
        },
      );
  });

  test.each(titled('Query'))('finds nothing by Query.%s', async (_, attempt) => {
    const verdict = await asStranger().query(attempt, foreign(attempt));
    expect(verdict.holdsNothing, responseText(verdict)).toBe(true);
    expect(['', attempt.code ?? 'NOT_FOUND']).toContain(verdict.codes.join());
    const theirs = await asOwner().query(attempt, own(attempt));
    expect(theirs.holdsNothing, responseText(theirs)).toBe(false);
  });

  test.each(titled('Subscription'))('receives nothing by Subscription.%s', async (_, attempt) => {
    const verdict = await asStranger().subscription(attempt, foreign(attempt));
    expect(verdict.holdsNothing, responseText(verdict)).toBe(true);
    expect([attempt.code ?? '', attempt.code ?? 'NOT_FOUND']).toContain(verdict.codes.join());
    const theirs = await asOwner().subscription(attempt, own(attempt));
    expect(theirs.codes, responseText(theirs)).toEqual([]);
    expect(theirs.holdsNothing, responseText(theirs)).toBe(false);
  });

  test.each(titled('Mutation'))('is rejected by Mutation.%s', async (_, attempt) => {
    const verdict = await asStranger().mutation(attempt, foreign(attempt));
    expect(verdict.codes, responseText(verdict)).toEqual([attempt.code ?? 'NOT_FOUND']);
  });

  test('finds nothing in lists', async () => {
    const nobody = { url: platform.url, account: 'initech' };
    const lists = rootFields(schema, 'Query').filter(({ type }) => String(type).endsWith('Connection!'));
    expect(lists.length).toBeGreaterThan(5);
    const text = lists.map(({ name }) => `${name} { nodes { __typename } }`).join(' ');
    const { regions, quotas, permissions, ...rest } = await queryGraph<{
      regions: { clusters: { nodes: unknown[] } }[];
      quotas: { used: number }[];
      permissions: { nodes: unknown[] };
    }>(nobody, `{ ${text} regions { clusters { nodes { id } } } quotas { used } }`);
    for (const [name, list] of Object.entries(rest)) expect(list, name).toEqual({ nodes: [] });
    // Every account has the permission that makes its principals administrators.
    expect(permissions.nodes).toHaveLength(1);
    expect(regions.flatMap(({ clusters }) => clusters.nodes)).toEqual([]);
    expect(quotas.filter(({ used }) => used > 0)).toEqual([]);
  });

  test('changed nothing by all attempts', async () => {
    const after = await stateOf(platform.kit, owner.account);
    for (const [part, rows] of Object.entries(after)) expect(rows, part).toEqual(before[part]);
  });

  test('receives only its own events when both accounts change something', async () => {
    const streams = await Promise.all(
      [
        'events { id }',
        'provisioningEvents { id cluster { id } }',
        'scalingEvents { id cluster { id } }',
        'watchClusters { cluster { id } cursor }',
      ].map((selection) =>
        record(platform.url, { query: `subscription { ${selection} }`, account: stranger.account }),
      ),
    );
    for (const [session, { nodePool }] of [
      [owner, estates.owner],
      [stranger, estates.stranger],
    ] as const) {
      const { scaleNodePool } = await queryGraph<{ scaleNodePool: { operation: { id: string } } }>(
        session,
        documents.SCALE_POOL,
        { input: { nodePoolId: nodePool, desiredSize: 3 } },
      );
      expect(await operationEnd(session, scaleNodePool.operation.id)).toMatchObject({ state: 'SUCCEEDED' });
    }
    const heard = () => streams.map(({ events }) => JSON.stringify(events));
    await eventually(() => heard().every((text) => text.includes('id')), {
      what: 'own events in each stream',
    });
    const { events } = await queryGraph<{ events: { nodes: { id: string }[] } }>(
      owner,
      '{ events(first: 500) { nodes { id } } }',
    );
    const secrets = [estates.owner.cluster, ...events.nodes.map(({ id }) => id)];
    for (const text of heard()) expect(secrets.filter((id) => text.includes(id))).toEqual([]);
    for (const stream of streams) stream[Symbol.dispose]();
  });

  // Last, because these mutations delete the resources.
  test.each(titled('Mutation'))('%s succeeds for the owner', async (_, attempt) => {
    const verdict = await asOwner().mutation(attempt, own(attempt));
    expect(verdict.codes, responseText(verdict)).not.toContain(attempt.code ?? 'NOT_FOUND');
  });
});
