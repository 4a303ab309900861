import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as documents from '../kit/documents.js';
import { queryGraph, type GraphSession } from '../kit/cluster-lifecycle.js';
import { startTestPlatform, type TestPlatform, testToken } from '../kit/platform.js';
import { record } from '../kit/subscribe.js';

let platform: TestPlatform;
let session: GraphSession;

beforeAll(async () => {
  platform = await startTestPlatform();
  session = { url: platform.url, account: 'acme' };
});
afterAll(() => platform[Symbol.asyncDispose]());

const good = {
  name: 'fine',
  regionId: 'cn-hangzhou',
  type: 'MANAGED_KUBERNETES',
  spec: 'PRO',
  nodePools: [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }],
};

describe('input of a mutation', () => {
  test.each([
    ['an unknown region', { regionId: 'mars-north-1' }, 'UNKNOWN_REGION', ['input', 'regionId']],
    [
      'a product that is not offered there',
      { regionId: 'cn-nanjing', spec: 'STANDARD' },
      'PRODUCT_NOT_OFFERED',
      ['input', 'regionId'],
    ],
    [
      'a product that is yet to come',
      { regionId: 'me-east-1' },
      'PRODUCT_COMING_SOON',
      ['input', 'regionId'],
    ],
    [
      'an instance type below the minimum',
      { nodePools: [{ name: 'p', instanceTypes: ['ecs.g7.large'], desiredSize: 1 }] },
      'INSTANCE_TYPE_TOO_SMALL',
      ['input', 'nodePools', '0', 'instanceTypes', '0'],
    ],
    ['an unknown version', { version: '0.1' }, 'UNKNOWN_VERSION', ['input', 'version']],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }, 'UNKNOWN_TIME_ZONE', ['input', 'timeZone']],
    ['a malformed name', { name: '-' }, 'INVALID_INPUT', ['input', 'name']],
    ['a zone of another region', { zoneIds: ['cn-beijing-a'] }, 'UNKNOWN_ZONE', ['input', 'zoneIds', '0']],
  ])('%s', async (_, change, code, path) => {
    const { createCluster } = await queryGraph<{
      createCluster: { cluster: unknown; userErrors: { code: string; path: string[] }[] };
    }>(session, documents.CREATE_CLUSTER, { input: { ...good, ...change } });
    expect(createCluster).toMatchObject({ cluster: null, userErrors: [{ code, path }] });
  });

  test('reports limit, used and requested of an exceeded quota', async () => {
    const nodePools = [{ name: 'p', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 11 }];
    const { createCluster } = await queryGraph<{ createCluster: { userErrors: unknown[] } }>(
      session,
      documents.CREATE_CLUSTER,
      {
        input: { ...good, spec: 'STANDARD', nodePools },
      },
    );
    expect(createCluster.userErrors).toMatchObject([
      { code: 'QUOTA_EXCEEDED', resource: 'ACK_STANDARD/nodesPerCluster', limit: 10, used: 0, requested: 11 },
    ]);
  });

  test('validates a dry run and changes nothing', async () => {
    const { createCluster } = await queryGraph<{ createCluster: { userErrors: unknown[] } }>(
      session,
      documents.CREATE_CLUSTER,
      {
        input: good,
        dryRun: true,
      },
    );
    expect(createCluster.userErrors).toEqual([]);
    expect(
      await queryGraph(
        session,
        '{ clusters { totalCount } operations { totalCount } events { nodes { id } } }',
      ),
    ).toEqual({
      clusters: { totalCount: 0 },
      operations: { totalCount: 0 },
      events: { nodes: [] },
    });
  });
});

describe('invalid requests', () => {
  const code = async (query: string, variables: Record<string, unknown> = {}) =>
    (await platform.request(query, variables)).errors?.[0]?.extensions?.code;

  test('rejects a page size above 500, as a literal or a variable', async () => {
    expect(await code('{ clusters(first: 501) { nodes { id } } }')).toBe('PAGE_SIZE_EXCEEDED');
    expect(await code('query P($n: Int) { clusters(first: $n) { nodes { id } } }', { n: 501 })).toBe(
      'PAGE_SIZE_EXCEEDED',
    );
    expect(await code('{ clusters(first: 0) { nodes { id } } }')).toBe('PAGE_SIZE_EXCEEDED');
  });

  test('rejects a malformed cursor of a list and of a stream', async () => {
    expect(await code('{ clusters(after: "nonsense") { nodes { id } } }')).toBe('INVALID_CURSOR');
    using stream = await record(platform.url, {
      query: 'subscription { provisioningEvents(after: "nonsense") { id } }',
    });
    await expect(stream.ended).rejects.toThrow('INVALID_CURSOR');
  });

  test('rejects a document with a syntax or validation error', async () => {
    expect(await code('{ clusters {')).toBe('GRAPHQL_PARSE_FAILED');
    expect(await code('{ nothing }')).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('rejects a missing, forged or expired token', async () => {
    const ask = async (authorization?: string) => {
      const response = await fetch(`${platform.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
        body: JSON.stringify({ query: '{ viewer { account } }' }),
      });
      const body = (await response.json()) as { errors: { extensions: { code: string } }[] };
      return [response.status, body.errors[0]?.extensions.code];
    };
    expect(await ask()).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask('Bearer forged')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(`Bearer ${await testToken('acme', { ttlSeconds: -60 })}`)).toEqual([
      401,
      'TOKEN_EXPIRED',
    ]);
  });

  test('rejects a query of one megabyte', async () => {
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await testToken()}` },
      body: JSON.stringify({ query: `{ clusters { nodes { id } } } #${'x'.repeat(1024 * 1024)}` }),
    });
    const body = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect([response.status, body.errors[0]?.extensions.code]).toEqual([413, 'LIMIT_EXCEEDED']);
  });

  test('rejects a query that is too deep', async () => {
    const deep = '{ clusters { nodes '.concat(
      '{ region { clusters { nodes '.repeat(12),
      '{ id }',
      ' } } }'.repeat(12),
      ' } }',
    );
    expect(await code(deep)).toBe('LIMIT_EXCEEDED');
  });
});
