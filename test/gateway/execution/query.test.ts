import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, post, startFixture, token, until } from '../fixtures/gateway.js';
import { untilWithPausedClock } from '../fixtures/paused-clock.js';

const DEEP = `query Deep($id: ID!, $first: Int = 1) {
  cluster(id: $id) { id name createdAt labels region { name } quotas { id used } workloads(first: $first) { name cpu } }
  regions { id name }
}`;

describe.each(['local', 'remote'] as const)('with %s subgraphs', (mode) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture({ mode });
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  test('combines five subgraphs into one response', async () => {
    const { status, data, errors } = await post(fixture.url, DEEP, { variables: { id: 'c1' } });
    expect(errors).toBeUndefined();
    expect(status).toBe(200);
    expect(data).toEqual({
      cluster: {
        id: 'c1',
        name: 'one',
        createdAt: '2026-01-02T03:04:05.678Z',
        labels: { tier: 'gold' },
        region: { name: 'Hangzhou' },
        quotas: [{ id: 'quota-of-c1', used: 2 }],
        workloads: [{ name: 'web', cpu: 0.6 }],
      },
      regions: [
        { id: 'cn-hangzhou', name: 'Hangzhou' },
        { id: 'eu-central-1', name: 'Frankfurt' },
      ],
    });
  });

  test('hides objects of another account', async () => {
    const { data } = await post(fixture.url, DEEP, { variables: { id: 'x1' } });
    expect(data?.['cluster']).toBeNull();
  });

  test('completes the result of a mutation from other subgraphs', async () => {
    const { data } = await post(fixture.url, 'mutation { rename(name: "new") { name region { name } } }');
    expect(data).toEqual({ rename: { name: 'new', region: { name: 'Hangzhou' } } });
  });

  test('returns code, path and details of a client error', async () => {
    const { data, errors } = await post(fixture.url, '{ rejected }');
    expect(data).toEqual({ rejected: null });
    expect(errors).toEqual([
      {
        message: 'No room.',
        path: ['rejected'],
        extensions: { code: 'QUOTA_EXCEEDED', path: ['input', 'size'], limit: 3, used: 3 },
      },
    ]);
  });

  test('rejects a value that only the subgraph can validate with INVALID_INPUT, literal or variable', async () => {
    const literal = await post(fixture.url, '{ since(at: "yesterday") }');
    expect(literal.errors?.map((e) => e.extensions['code'])).toEqual(['INVALID_INPUT']);
    const variable = await post(fixture.url, 'query ($at: DateTime!) { since(at: $at) }', {
      variables: { at: 'tomorrow' },
    });
    expect(variable.errors?.map((e) => e.extensions['code'])).toEqual(['INVALID_INPUT']);
  });

  test('masks a bug and logs it once with the request id of the response', async () => {
    const before = fixture.log.length;
    const { data, errors, headers } = await post(fixture.url, '{ bug }', {
      headers: { 'x-request-id': `bug-${mode}` },
    });
    expect(data).toEqual({ bug: null });
    expect(headers.get('x-request-id')).toBe(`bug-${mode}`);
    expect(errors).toEqual([
      {
        message: 'Internal error. Report it with the requestId.',
        path: ['bug'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: `bug-${mode}` },
      },
    ]);
    const logged = fixture.log.slice(before).filter((entry) => entry.level >= 50);
    expect(logged).toMatchObject([
      { requestId: `bug-${mode}`, subgraph: 'clusters', err: { message: 'the secret is 12345' } },
    ]);
  });

  test('reports a non-null field without a value as a masked error', async () => {
    const { data, errors } = await post(fixture.url, '{ required }');
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });

  test('executes introspection', async () => {
    const { data } = await post(
      fixture.url,
      '{ __schema { queryType { name } } __type(name: "Cluster") { name } __typename }',
    );
    expect(data).toEqual({
      __schema: { queryType: { name: 'Query' } },
      __type: { name: 'Cluster' },
      __typename: 'Query',
    });
  });

  test('returns 200 for readiness and health', async () => {
    expect((await fetch(`${fixture.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${fixture.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ ready: true, subgraphs: { clusters: 'ok' } });
  });
});

test.each(['local', 'remote'] as const)(
  'rejects a slow request with REQUEST_TIMEOUT and aborts it in a %s subgraph',
  async (mode) => {
    await using fixture = await startFixture({ mode, limits: { requestTimeout: 200 } });
    const response = post(fixture.url, '{ slow }');
    await untilWithPausedClock(() => fixture.hub.slow === 1, 'the request to run');
    const { status, errors } = await response;
    expect(status).toBe(504);
    expect(errors).toMatchObject([{ extensions: { code: 'REQUEST_TIMEOUT' } }]);
    await until(() => fixture.hub.abortedSlow === 1, 'the call of the subgraph to be aborted');
  },
);

test.each(['local', 'remote'] as const)(
  'aborts the work of a %s subgraph when the client disconnects',
  async (mode) => {
    await using fixture = await startFixture({ mode });
    const leaving = new AbortController();
    const response = fetch(`${fixture.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` },
      body: '{"query":"{ slow }"}',
      signal: leaving.signal,
    });
    await until(() => fixture.hub.slow === 1, 'the request to run');
    leaving.abort();
    await expect(response).rejects.toThrow();
    await until(() => fixture.hub.abortedSlow === 1, 'the call of the subgraph to be aborted');
  },
);

test('returns SERVICE_UNAVAILABLE only for the fields of a subgraph that is down, and reports not ready', async () => {
  await using fixture = await startFixture({ mode: 'remote' });
  await fixture.servers.get('quotas')?.[Symbol.asyncDispose]();
  const { data, errors } = await post(
    fixture.url,
    '{ cluster(id: "c1") { name } quotas { id } regions { id } }',
  );
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  const ready = await fetch(`${fixture.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ subgraphs: { quotas: 'unreachable', regions: 'ok' } });
});

test('rejects unsigned requests at the subgraph', async () => {
  await using fixture = await startFixture({ mode: 'remote' });
  const server = fixture.servers.get('clusters');
  const attempts: Record<string, string>[] = [
    { accept: '*/*' },
    { accept: '*/*', 'x-fleetgraph-actor': 'forged' },
  ];
  for (const headers of attempts) {
    const response = await fetch(String(server?.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"query":"{ __typename }"}',
    });
    expect(response.status).toBe(401);
  }
});
