import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { OperationTypeNode } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GATEWAY_ACCOUNT } from '../../../access/service-account-key.js';
import { ServiceAccountKeys } from '../../../gateway/auth/service-account-keys.js';
import { startGateway } from '../../../gateway/server.js';
import { createSources } from '../../../gateway/upstream/create-sources.js';
import { systemClock } from '../../../kernel/clock.js';
import { createLog } from '../../../kernel/log.js';
import { committedSupergraph } from '../../../roles/supergraph.js';
import { createAccessSubgraph } from '../../../subgraphs/access/subgraph.js';
import { SubgraphExecutor } from '../../../subgraphs/runtime/execution/subgraph-executor.js';
import { serveSubgraph } from '../../../subgraphs/runtime/server/serve-subgraph.js';
import { AUTH_SECRET, startTestPlatform, type TestPlatform } from '../../kit/platform.js';
import { type AskAs } from '../../kit/ask-subgraph.js';
import { createKey, createServiceAccount, user } from '../../subgraphs/access/kit.js';
import { openSocket } from '../fixtures/socket.js';

const lines: string[] = [];
const sink = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });

let platform: TestPlatform;
beforeAll(async () => {
  const log = pino({ level: 'debug' }, sink);
  platform = await startTestPlatform({
    // Tokens are not checked meanwhile: only the check of keys can end a stream.
    gateway: { serviceAccountSubgraph: 'access', permissionCheckInterval: 3_600_000 },
    log,
  });
});
afterAll(() => platform[Symbol.asyncDispose]());

/** Sends a request with a bearer token. */
async function send(
  bearer: string,
  query: string,
  { url = platform.url, variables = {}, accept = 'application/json' } = {},
) {
  const headers = { 'content-type': 'application/json', accept, authorization: `Bearer ${bearer}` };
  const body = JSON.stringify({ query, variables });
  return fetch(`${url}/graphql`, { method: 'POST', headers, body });
}

interface Body {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

const codeOf = async (response: Response) => ((await response.json()) as Body).errors?.[0]?.extensions.code;

/** A new service account of the account `acme`, and a key of it. */
async function newKey(name: string, more: { readonly expiresAt?: Date } = {}) {
  const token = await platform.token();
  const ask: AskAs = async <T>(_: unknown, query: string, variables: Record<string, unknown> = {}) => {
    const { data, errors = [] } = (await (await send(token, query, { variables })).json()) as Body;
    return { data: data as T, errors: errors as never };
  };
  const { id } = await createServiceAccount({ ask }, user('acme', 'tester'), name);
  const key = await createKey({ ask }, user('acme', 'tester'), id, more);
  return { ...key, serviceAccountId: id, revoke: () => revokeKey(token, key.id) };
}

const revokeKey = (token: string, id: string) =>
  send(token, 'mutation ($id: ID!) { revokeServiceAccountKey(input: { id: $id }) { userErrors { code } } }', {
    variables: { id },
  });

const VIEWER = '{ viewer { account subject principal { kind name } } }';

test('a key authenticates a service account, whose name events and the audit log have', async () => {
  const { bearerToken } = await newKey('ci');
  const { data } = (await (await send(bearerToken, VIEWER)).json()) as Body;
  const principal = { kind: 'SERVICE_ACCOUNT', name: 'ci' };
  expect(data?.['viewer']).toEqual({ account: 'acme', subject: 'serviceaccount:ci', principal });
  const created = await send(
    bearerToken,
    'mutation { createRole(input: { name: "by-ci", verbs: ["clusters.read"] }) { userErrors { code } } }',
  );
  expect(await created.json()).toMatchObject({ data: { createRole: { userErrors: [] } } });
  const { rows } = await platform.kit.database.pool.query<{ text: string }>(
    `SELECT to_jsonb(a)::text AS text FROM audit.event a WHERE to_jsonb(a)::text LIKE '%by-ci%'`,
  );
  expect(rows[0]?.text).toContain('serviceaccount:ci');
});

test.each([
  ['of another form', 'fgk_x'],
  ['with an id that is SQL', "fgk_'%20OR%201=1--00000000000000_" + 'a'.repeat(43)],
  ['with a secret that is too long', `fgk_00000000000000000000000000_${'a'.repeat(9_000)}`],
  ['that does not exist', `fgk_00000000000000000000000000_${'a'.repeat(43)}`],
])('rejects a key %s', async (_, key) => {
  const response = await send(key, VIEWER);
  expect([response.status, await codeOf(response)]).toEqual([401, 'UNAUTHENTICATED']);
});

test('rejects an expired key with a code of its own', async () => {
  const { bearerToken } = await newKey('short', { expiresAt: new Date(Date.now() + 1_500) });
  expect((await send(bearerToken, VIEWER)).status).toBe(200);
  await expect
    .poll(async () => codeOf(await send(bearerToken, VIEWER)), { timeout: 5_000 })
    .toBe('TOKEN_EXPIRED');
});

test('revoking a key rejects requests and ends its WebSockets and event streams', async () => {
  const { bearerToken, revoke } = await newKey('streaming');
  const EVENTS = 'subscription { events { id } }';
  await using socket = openSocket(platform.url, { authorization: `Bearer ${bearerToken}` });
  const first = socket.client.iterate({ query: EVENTS }).next();
  first.catch(() => undefined);
  const streamed = (await send(bearerToken, EVENTS, { accept: 'text/event-stream' })).text();
  await revoke();
  expect(await socket.closed).toMatchObject({ code: 4410 });
  expect(await streamed).toContain('RIGHTS_CHANGED');
  await expect.poll(async () => (await send(bearerToken, VIEWER)).status).toBe(401);
  await using again = openSocket(platform.url, { authorization: `Bearer ${bearerToken}` });
  await expect(again.client.iterate({ query: EVENTS }).next()).rejects.toMatchObject({ code: 4403 });
});

test('a gateway without a database, in front of a subgraph of another process, knows keys and revocations', async () => {
  await using started = new AsyncDisposableStack();
  const log = createLog('silent');
  const actorKey = randomBytes(32);
  const { database, rights } = platform.kit;
  const subgraph = await createAccessSubgraph({ database, clock: systemClock, rights });
  const served = started.use(await serveSubgraph(subgraph, { host: '127.0.0.1', port: 0, actorKey, log }));
  const { url } = started.use(
    await startGateway({
      host: '127.0.0.1',
      port: 0,
      supergraphSdl: await committedSupergraph(),
      subgraphs: { access: { kind: 'remote', url: served.url } },
      auth: { kind: 'secret', secret: AUTH_SECRET },
      serviceAccountSubgraph: 'access',
      actorKey,
      graphiql: false,
      clock: systemClock,
      log,
    }),
  );
  const { bearerToken, revoke } = await newKey('remote');
  const read = () => send(bearerToken, '{ roles { name } }', { url });
  const { data } = (await (await read()).json()) as Body;
  expect(data?.['roles']).toContainEqual({ name: 'administrator' });
  await revoke();
  await expect.poll(async () => (await read()).status).toBe(401);
});

test('clients cannot verify keys, whatever they send', async () => {
  const response = await send(await platform.token(), '{ verifyServiceAccountKeys(keys: []) { account } }');
  expect(await codeOf(response)).toBe('GRAPHQL_VALIDATION_FAILED');
});

test('ten thousand wrong keys at once cost a bounded number of statements, and right keys still work', async () => {
  const log = createLog('silent');
  const { database, rights } = platform.kit;
  const subgraph = await createAccessSubgraph({ database, clock: systemClock, rights });
  const location = { kind: 'local', subgraph: new SubgraphExecutor(subgraph, log) } as const;
  const sources = createSources({ locations: { access: location }, named: [{ name: 'access', url: '' }] });
  const keys = new ServiceAccountKeys((request) =>
    sources.get('access')!.execute(request, {
      actor: { account: GATEWAY_ACCOUNT, subject: 'gateway' },
      requestId: 'test',
      kind: OperationTypeNode.QUERY,
      signal: new AbortController().signal,
    }),
  );
  const { bearerToken } = await newKey('busy');
  await keys.verify(bearerToken);
  const codes = new Map<string, number>();
  const statements = await platform.kit.statements(async () => {
    const wrong = Array.from({ length: 10_000 }, async (_, index) => {
      const id = String(index).padStart(26, '0');
      const key = `fgk_${id}_${randomBytes(32).toString('base64url')}`;
      const code = await (async () => keys.verify(key))().then(
        () => 'ACCEPTED',
        (error: Error) => error.message.split(':', 1)[0]!,
      );
      codes.set(code, (codes.get(code) ?? 0) + 1);
    });
    expect(await keys.reverify(bearerToken)).toMatchObject({ account: 'acme' });
    expect(codes.get('UNAUTHENTICATED') ?? 0).toBeLessThan(200);
    await Promise.all(wrong);
  });
  expect(Object.fromEntries(codes)).toEqual({ UNAUTHENTICATED: 1_000, RATE_LIMITED: 9_000 });
  expect(statements.length).toBeLessThanOrEqual(30);
});

test('a wrong key that is sent again is rejected without a statement', async () => {
  const wrong = `fgk_00000000000000000000000001_${randomBytes(32).toString('base64url')}`;
  expect((await send(wrong, VIEWER)).status).toBe(401);
  const statements = await platform.statements(async () => {
    for (let attempt = 0; attempt < 5; attempt++) expect((await send(wrong, VIEWER)).status).toBe(401);
  });
  expect(statements).toEqual([]);
});

test('no line of the log has a key', async () => {
  const { bearerToken } = await newKey('logged');
  await send(bearerToken, VIEWER);
  await send(`${bearerToken}x`, VIEWER);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => line.includes(bearerToken.slice(-43)))).toEqual([]);
});
