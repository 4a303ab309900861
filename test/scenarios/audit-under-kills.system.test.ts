import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HeadKey } from '../../access/audit/signed-heads.js';
import { verifyAuditLog } from '../../access/audit/verify-chain.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../kernel/log.js';
import { type OpenDatabase, openDatabase } from '../../kernel/postgres/database.js';
import { deriveKey } from '../../kernel/secret.js';
import { subgraphNames } from '../../subgraphs/runtime/subgraph.js';
import { eventually } from '../kit/eventually.js';
import { PLATFORM_SECRET, testToken } from '../kit/platform.js';
import { type RoleFleet, startRoleFleet } from './role-processes.js';

/** Answered mutations; `AUDIT_MUTATIONS=10000` for the figure in docs/audit.md. */
const MUTATIONS = Number(process.env.AUDIT_MUTATIONS ?? 300);
const WORKERS = 8;
const ACCOUNTS = ['acme', 'globex', 'initech', 'umbrella'];
const CREATE = `mutation ($input: CreateVpcInput!) { createVpc(input: $input) { vpc { id } userErrors { code } } }`;

const stack = new AsyncDisposableStack();
let postgres: EmbeddedPostgres;
let database: OpenDatabase;
let fleet: RoleFleet;
let exported: string;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleetgraph-audit-'));
  // Started by root, the database runs as another user, which must reach this folder.
  await chmod(directory, 0o755);
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  exported = join(directory, 'audit.jsonl');
  postgres = stack.use(
    await startEmbeddedPostgres({ directory, password: 'a password', log: createLog('silent') }),
  );
  database = stack.use(openDatabase({ url: postgres.url, poolSize: 4 }));
  fleet = stack.use(await startRoleFleet(postgres.url, { RATE_POINTS: '0', AUDIT_JSON_LINES: exported }));
  await database.pool.query(`UPDATE engine.ledger_limit SET "limit" = 1000000 WHERE resource = 'vpcs'`);
}, 300_000);
afterAll(() => stack.disposeAsync());

test('no mutation is without its entry, however often each process and PostgreSQL are killed', async () => {
  const answered = new Set<string>();
  let sent = 0;
  const tokens = await Promise.all(ACCOUNTS.map((account) => testToken(account)));
  const roles = ['gateway', 'engine', ...subgraphNames] as const;
  let kills = 0;
  /** Each process and PostgreSQL have been killed at least once. */
  const isDone = () => answered.size >= MUTATIONS && kills > roles.length;
  const work = Promise.all(
    Array.from({ length: WORKERS }, async () => {
      while (!isDone()) {
        const number = (sent += 1);
        if (await createVpc(number, tokens[number % ACCOUNTS.length] ?? ''))
          answered.add(`request-${number}`);
        else await delay(20);
      }
    }),
  );
  while (!isDone()) {
    const role = roles[kills % (roles.length + 1)];
    if (role) await fleet.crash(role);
    else process.kill(postgres.pid, 'SIGKILL');
    kills += 1;
    const enough = answered.size + (isDone() ? 0 : MUTATIONS / 40);
    await eventually(() => answered.size >= enough, { what: 'more answers', timeoutMs: 120_000 });
  }
  await work;
  // PostgreSQL may have been killed last.
  const isUp = () =>
    database.pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
  await eventually(isUp, { what: 'PostgreSQL', timeoutMs: 120_000 });

  const { rows } = await database.pool.query<{ record: string }>('SELECT record FROM audit.event');
  const entries = rows.map(
    ({ record }) =>
      JSON.parse(record) as { requestId: string; outcome: string; action: string; input: { name: string } },
  );
  const ofRequests = new Set(entries.map(({ requestId }) => requestId));
  const succeeded = entries.filter(
    ({ action, outcome }) => action === 'createVpc' && outcome === 'SUCCEEDED',
  );
  const changes = await database.pool.query<{ name: string }>('SELECT name FROM clusters.vpc');
  const named = new Set(succeeded.map(({ input }) => input.name));
  const withoutEntry = [
    ...[...answered].filter((id) => !ofRequests.has(id)),
    ...changes.rows.map(({ name }) => name).filter((name) => !named.has(name)),
  ];
  const { faults } = await verifyAuditLog(database.prisma, new HeadKey(deriveKey(PLATFORM_SECRET, 'audit')));
  const missingInExport = () => missing(entries.map(({ requestId }) => requestId));
  await eventually(async () => (await missingInExport()).length === 0, {
    what: 'the export',
    timeoutMs: 120_000,
  });
  process.stdout.write(
    `${answered.size} mutations answered of ${sent} sent, ${kills} kills: ${entries.length} rows, ` +
      `${changes.rows.length} changes, rows missing ${withoutEntry.length}, faults ${faults.length}, ` +
      `rows missing in the export ${(await missingInExport()).length}\n`,
  );
  expect(withoutEntry).toEqual([]);
  expect(succeeded).toHaveLength(changes.rows.length);
  expect(faults).toEqual([]);
}, 3_600_000);

/** Whether the mutation was answered. */
async function createVpc(number: number, token: string): Promise<boolean> {
  try {
    const response = await fetch(`${fleet.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'x-request-id': `request-${number}`,
      },
      body: JSON.stringify({
        query: CREATE,
        variables: { input: { regionId: 'cn-hangzhou', name: `vpc-${number}`, cidr: '10.0.0.0/8' } },
      }),
      signal: AbortSignal.timeout(30_000),
    });
    const { data } = (await response.json()) as { data?: { createVpc?: object | null } | null };
    return Boolean(data?.createVpc);
  } catch {
    return false;
  }
}

/** The ids that no complete line of the export names. */
async function missing(requestIds: readonly string[]): Promise<readonly string[]> {
  const lines = (await readFile(exported, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  const found = new Set(
    lines.map((line) => (JSON.parse(line) as { record: { requestId: string } }).record.requestId),
  );
  return requestIds.filter((id) => !found.has(id));
}
