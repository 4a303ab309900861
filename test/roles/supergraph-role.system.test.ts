import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { type IncomingMessage, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GraphQLError } from 'graphql';
import { serverAudits } from 'graphql-http';
import { createHandler } from 'graphql-http/lib/use/http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintAccessToken } from '../../access/access-token.js';
import { composeSupergraph } from '../../gateway/supergraph/compose.js';
import { closeServer, listen } from '../../kernel/listen.js';
import { type RoleProcess, startRole } from '../kit/role-process.js';
import { serveForeign, subgraph } from '../gateway/federation/kit.js';

const started = new AsyncDisposableStack();
const actorHeaders: (string | undefined)[] = [];
let file: string;
let gateway: RoleProcess;

const people = subgraph(
  'people',
  'type Query { people(first: Int): [Person!]! broken: Person } type Person @key(fields: "id") { id: ID! name: String! peers: [Person!]! }',
  {
    Query: {
      people: () => ['1', '2'].map((id) => ({ id, name: `person ${id}` })),
      broken: () => {
        throw new GraphQLError('out of paper', { extensions: { code: 'OUT_OF_PAPER' } });
      },
    },
    Person: { peers: () => [] },
  },
);
const letters = subgraph('letters', 'type Person @key(fields: "id") { id: ID! letters: [String!]! }', {
  Person: { letters: ({ id }: { id: string }) => [`letter to ${id}`] },
});

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supergraph-'));
  started.defer(() => rm(folder, { recursive: true }));
  const addressed = await Promise.all(
    [people, letters].map(async (subgraph) => {
      const { server, url } = await serveForeign(subgraph, ({ headers }) =>
        actorHeaders.push(headers['x-fleetgraph-actor'] as string | undefined),
      );
      started.defer(() => closeServer(server, 1000));
      return { ...subgraph, url: `${url}?of=${subgraph.name}` };
    }),
  );
  file = join(folder, 'supergraph.graphql');
  await writeFile(file, composeSupergraph(addressed));
  gateway = started.use(
    await startRole(['gateway', '--supergraph', file], { PORT: '0', FLEETGRAPH_AUTH: 'off' }),
  );
});
afterAll(() => started.disposeAsync());

async function send(query: string): Promise<unknown> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  return { data, errors };
}

test('serves any supergraph from its subgraph URLs without database, token or secret', async () => {
  expect(await send('{ people(first: 10000) { name letters } }')).toEqual({
    data: {
      people: [
        { name: 'person 1', letters: ['letter to 1'] },
        { name: 'person 2', letters: ['letter to 2'] },
      ],
    },
  });
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
});

describe('the audits of graphql-http', () => {
  const audits = serverAudits({ url: () => `${gateway.url}/graphql` });
  test('are 61', () => expect(audits).toHaveLength(61));
  test.each(audits.map(({ name, fn }) => [name, fn] as const))('%s', async (_, audit) => {
    const result = await audit();
    expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
  });
});

test('rejects a Host header that ALLOWED_HOSTS does not list', async () => {
  const settings = { PORT: '0', FLEETGRAPH_AUTH: 'off', ALLOWED_HOSTS: 'gateway, Graph.example' };
  await using named = await startRole(['gateway', '--supergraph', file], settings);
  const statusOf = async (url: string, host: string) => {
    const sent = request(`${url}/graphql?query={__typename}`, { headers: { host } });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response.resume().statusCode;
  };
  expect(await statusOf(named.url, 'graph.example')).toBe(200);
  expect(await statusOf(named.url, 'evil.example')).toBe(403);
  expect(await statusOf(gateway.url, 'graph.example')).toBe(403);
});

test('allows nested lists up to the depth limit without a cost limit', async () => {
  const query = `{ people ${'{ peers '.repeat(17)}{ id } ${'}'.repeat(17)} }`;
  expect(await send(query)).toEqual({ data: { people: [{ peers: [] }, { peers: [] }] } });
});

test.each(['mutation', 'subscription'])(
  'rejects a %s as invalid when the graph has no root type for it',
  async (kind) => {
    for (const query of [`${kind} { __typename }`, `${kind} { people }`])
      expect(await send(query)).toMatchObject({
        errors: [
          { message: `The graph has no ${kind}s.`, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
        ],
      });
  },
);

test('sends no actor to subgraphs', () => {
  expect(new Set(actorHeaders)).toEqual(new Set([undefined]));
});

test('passes errors of subgraphs through', async () => {
  expect(await send('{ broken { name } }')).toEqual({
    data: { broken: null },
    errors: [{ message: 'out of paper', path: ['broken'], extensions: { code: 'OUT_OF_PAPER' } }],
  });
});

test('overrides the URL of a subgraph by SUBGRAPH_URLS', async () => {
  await using stack = new AsyncDisposableStack();
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end('{"data":{"people":[{"__typename":"Person","id":"9","name":"person of the override"}]}}');
  });
  const url = await listen(server, '127.0.0.1', 0);
  stack.defer(() => closeServer(server, 1000));
  const other = stack.use(
    await startRole(['gateway', '--supergraph', file], {
      PORT: '0',
      FLEETGRAPH_AUTH: 'off',
      SUBGRAPH_URLS: `people=${url}`,
    }),
  );
  const response = await fetch(`${other.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ people { name } }' }),
  });
  expect(await response.json()).toMatchObject({ data: { people: [{ name: 'person of the override' }] } });
});

test.each([
  ['no authentication settings', {}, 'AUTH_SECRET'],
  [
    'a secret for tokens without authentication',
    { FLEETGRAPH_AUTH: 'off', AUTH_SECRET: 'x'.repeat(32) },
    'AUTH_SECRET',
  ],
  [
    'signing actors without authentication',
    { FLEETGRAPH_AUTH: 'off', FLEETGRAPH_SECRET: 'x'.repeat(32) },
    'FLEETGRAPH_SECRET',
  ],
])('does not start with %s', async (_title, env: Record<string, string>, named) => {
  await expect(startRole(['gateway', '--supergraph', file], { PORT: '0', ...env })).rejects.toThrow(named);
});

describe('a supergraph composed from a list of subgraphs', () => {
  const compose = async (config: string): Promise<string> => {
    const path = join(await mkdtemp(join(tmpdir(), 'compose-')), 'compose.yaml');
    started.defer(() => rm(dirname(path), { recursive: true }));
    await writeFile(path, config);
    return path;
  };
  const settings = { PORT: '0', FLEETGRAPH_AUTH: 'off' };

  test('is served, and composed again when a subgraph changes', async () => {
    const served = { ...letters };
    const { server, url } = await serveForeign(people);
    started.defer(() => closeServer(server, 1000));
    const changing = createServer((incoming, response) => {
      void createHandler({ schema: served.schema })(incoming, response);
    });
    const second = `${await listen(changing, '127.0.0.1', 0)}/graphql`;
    started.defer(() => closeServer(changing, 1000));
    const path = await compose(
      `pollIntervalSeconds: 0.2\nsubgraphs:\n  - { name: people, url: "${url}" }\n  - { name: letters, url: "${second}" }\n`,
    );
    await using role = await startRole(['gateway', '--compose', path], settings);
    const post = async (query: string) => {
      const response = await fetch(`${role.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return ((await response.json()) as { data: unknown }).data;
    };
    expect(await post('{ people { letters } }')).toEqual({
      people: [{ letters: ['letter to 1'] }, { letters: ['letter to 2'] }],
    });
    const types = 'type Person @key(fields: "id") { id: ID! postcards: Int! }';
    served.schema = subgraph('letters', types, { Person: { postcards: () => 3 } }).schema;
    await expect
      .poll(() => post('{ people { postcards } }'), { timeout: 30_000 })
      .toEqual({ people: [{ postcards: 3 }, { postcards: 3 }] });
  });

  test.each([
    ['subgraphs: []', 'subgraphs'],
    ['subgraphs: [{ name: people, url: nowhere }]', 'url'],
    ['subgraphs: [{ name: people, url: "http://localhost" }]\nextra: 1', 'extra'],
  ])('rejects %s with the name of the file', async (config, named) => {
    const path = await compose(config);
    const failed = startRole(['gateway', '--compose', path], settings);
    await expect(failed).rejects.toThrow(path);
    await expect(failed).rejects.toThrow(named);
  });
});

test('requires authentication for the gateway of the platform', async () => {
  const env = { PORT: '0', FLEETGRAPH_AUTH: 'off', FLEETGRAPH_SECRET: 'x'.repeat(32) };
  await expect(startRole(['gateway'], env)).rejects.toThrow('only for `gateway --supergraph`');
});

describe('a supergraph behind Apollo Server', () => {
  const post = async (url: string, query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };

  test('executes operations on its subgraphs', async () => {
    const env = { PORT: '0', FLEETGRAPH_AUTH: 'off' };
    await using role = await startRole(['gateway', '--supergraph', file, '--apollo-server'], env);
    expect(await post(role.url, '{ people { name letters } }')).toEqual({
      status: 200,
      body: {
        data: {
          people: [
            { name: 'person 1', letters: ['letter to 1'] },
            { name: 'person 2', letters: ['letter to 2'] },
          ],
        },
      },
    });
    expect(await post(role.url, '{ broken { name } }')).toEqual({
      status: 200,
      body: {
        data: { broken: null },
        errors: [{ message: 'out of paper', path: ['broken'], extensions: { code: 'OUT_OF_PAPER' } }],
      },
    });
    // Apollo Server's own CSRF prevention.
    const crossSite = await fetch(`${role.url}/?query={__typename}`);
    expect([crossSite.status, await crossSite.text()]).toEqual([400, expect.stringContaining('CSRF')]);
  });

  test('rejects clients without a valid token', async () => {
    const secret = 's'.repeat(32);
    const env = { PORT: '0', AUTH_SECRET: secret };
    await using role = await startRole(['gateway', '--supergraph', file, '--apollo-server'], env);
    const query = '{ people { name } }';
    expect(await post(role.url, query)).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    const bearer = await mintAccessToken(secret, { account: 'acme', subject: 'ann', ttlSeconds: 60 });
    const authorization = `Bearer ${bearer}`;
    expect(await post(role.url, query, { authorization })).toMatchObject({
      status: 200,
      body: { data: { people: [{ name: 'person 1' }, { name: 'person 2' }] } },
    });
  });

  test('requires the option --supergraph or --compose', async () => {
    const started = startRole(['gateway', '--apollo-server'], { PORT: '0' });
    await expect(started).rejects.toThrow('--apollo-server needs --supergraph or --compose');
  });
});
