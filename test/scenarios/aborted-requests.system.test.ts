import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountScopes } from '../../access/scopes.js';
import { mintAccessToken } from '../../access/access-token.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { AUTH_SECRET, type GraphQLBody, PLATFORM_SECRET, startTestPlatform } from '../kit/platform.js';
import { startRole } from '../kit/role-process.js';

/** A gateway with a short request timeout, its subgraphs and their database. */
interface RunningPlatform extends AsyncDisposable {
  readonly url: string;
  readonly kit: TestDatabase;
}

async function allInOne(): Promise<RunningPlatform> {
  return startTestPlatform({ gateway: { limits: { requestTimeout: 10_000 } } });
}

async function apart(): Promise<RunningPlatform> {
  await using started = new AsyncDisposableStack();
  const kit = started.use(await createTestDatabase());
  const env = {
    DATABASE_URL: kit.url,
    FLEETGRAPH_SECRET: PLATFORM_SECRET,
    AUTH_SECRET,
    REQUEST_TIMEOUT: '20',
    PORT: '0',
  };
  const clusters = started.use(await startRole(['subgraph', 'clusters', '--port', '0'], env));
  const { url } = started.use(
    await startRole(['gateway'], { ...env, SUBGRAPH_URLS: `clusters=${clusters.url}` }),
  );
  const running = started.move();
  return { url, kit, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

describe.each([
  ['subgraphs in its process', allInOne],
  ['subgraphs elsewhere', apart],
])('gateway with %s', (_, start) => {
  const stack = new AsyncDisposableStack();
  let platform: RunningPlatform;
  beforeAll(async () => {
    platform = stack.use(await start());
    // Fills the caches of the process.
    await ask(QUERY);
  });
  afterAll(() => stack.disposeAsync());

  /** A token without verification: the gateway looks up whether the account is verified. */
  const UNVERIFIED = {
    account: 'acme',
    subject: 'ann',
    ttlSeconds: 3600,
    scopes: accountScopes,
    verified: false,
  };
  const QUERY = '{ viewer { verified } }';
  const MUTATION = `mutation { verifyAccount(input: {
    kind: PERSON, name: "Somebody", documentNumber: "11010519491231002X", clientToken: "left" }) {
      userErrors { code } } }`;

  async function ask(query: string, signal?: AbortSignal): Promise<GraphQLBody> {
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await mintAccessToken(AUTH_SECRET, UNVERIFIED)}`,
      },
      body: JSON.stringify({ query }),
      ...(signal && { signal }),
    });
    return (await response.json()) as GraphQLBody;
  }

  /** Locks the table exclusively while `work` runs. */
  async function locked(work: () => Promise<void>): Promise<void> {
    const blocker = await platform.kit.database.pool.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query('LOCK TABLE clusters.account_verification IN ACCESS EXCLUSIVE MODE');
      await work();
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
  }

  /** Number of statements that wait for the lock. */
  async function waiting(): Promise<number> {
    const [row] = await platform.kit.database.prisma.$queryRaw<[{ waiting: bigint }]>`
      SELECT count(*) AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%account_verification%'`;
    return Number(row.waiting);
  }

  test.each([QUERY, MUTATION])(
    'cancels its SQL statements when the client disconnects: %s',
    async (query) => {
      await locked(async () => {
        const client = new AbortController();
        const pending = ask(query, client.signal).catch((error: unknown) => error);
        await eventually(async () => (await waiting()) > 0, { what: 'a statement that waits' });
        client.abort();
        // Well before the request timeout.
        await eventually(async () => (await waiting()) === 0, { what: 'no statement', timeoutMs: 8000 });
        await pending;
      });
      expect((await ask(QUERY)).errors).toBeUndefined();
      expect(await platform.kit.database.prisma.accountVerification.count()).toBe(0);
    },
  );

  test('cancels its SQL statements at the request timeout', async () => {
    await locked(async () => {
      const { errors } = await ask(QUERY);
      expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['REQUEST_TIMEOUT']);
      await eventually(async () => (await waiting()) === 0, { what: 'no statement' });
    });
    expect((await ask(QUERY)).errors).toBeUndefined();
  });
});
