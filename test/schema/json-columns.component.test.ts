import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsByIds } from '../../engine/events/event-rows.js';
import { idempotent, idResult } from '../../engine/operations/client-tokens.js';
import { systemClock } from '../../kernel/clock.js';
import { createLog } from '../../kernel/log.js';
import { MalformedRowError } from '../../kernel/postgres/checked-columns.js';
import { acquireLease } from '../../kernel/postgres/lease.js';
import { defaultSettings } from '../../kubesim/settings.js';
import { TokenIssuer } from '../../access/kubeconfig/token-issuer.js';
import { ServiceAccountTokens } from '../../kubesim/service-account-tokens.js';
import { openSimulation } from '../../kubesim/simulation.js';
import { ClusterCheckStore } from '../../subgraphs/clusters/store/cluster-check.store.js';
import { findClusterNetwork } from '../../subgraphs/clusters/store/cluster-network.store.js';
import { findCluster } from '../../subgraphs/clusters/store/cluster.store.js';
import { findComponent } from '../../subgraphs/clusters/store/component.store.js';
import { findControlPlane } from '../../subgraphs/clusters/store/control-plane.store.js';
import { findNodePool } from '../../subgraphs/clusters/store/node-pool.store.js';
import { findNode } from '../../subgraphs/clusters/store/node.store.js';
import { poolOperationInput } from '../../subgraphs/clusters/store/operation-input.js';
import { findOperation } from '../../subgraphs/clusters/store/operation.store.js';
import { publishedVersions } from '../../subgraphs/clusters/store/release.store.js';
import { findSecurityGroup } from '../../subgraphs/clusters/store/security-group.store.js';
import { upgradeInput } from '../../subgraphs/clusters/store/upgrade-input.js';
import { scalingOf } from '../../subgraphs/clusters/store/vertical-scaling.store.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

const root = join(import.meta.dirname, '../..');
const RECORD = 'docs/decisions/0116-check-stored-columns-when-read.md';

interface JsonColumn {
  /** Name in the decision record, e.g. `Cluster.labels`. */
  readonly name: string;
  readonly field: string;
  /** e.g. `clusters.cluster`. */
  readonly table: string;
}

/** The JSON columns of a Prisma schema file. */
function jsonColumnsIn(text: string): JsonColumn[] {
  return [...text.matchAll(/^model (\w+) \{(.*?)^\}/gms)].flatMap(([, model = '', body = '']) => {
    const [, schema] = /@@schema\("(\w+)"\)/.exec(body) ?? [];
    const [, table] = /@@map\("(\w+)"\)/.exec(body) ?? [];
    return [...body.matchAll(/^ +(\w+) +Json\b/gm)].map(([, field = '']) => ({
      name: `${model}.${field}`,
      field,
      table: `${schema}.${table}`,
    }));
  });
}

const folder = join(root, 'prisma');
const columns = readdirSync(folder)
  .filter((file) => file.endsWith('.prisma'))
  .flatMap((file) => jsonColumnsIn(readFileSync(join(folder, file), 'utf8')));

const recorded = [...readFileSync(join(root, RECORD), 'utf8').matchAll(/^\| `(\w+\.\w+)` +\|/gm)].map(
  ([, name]) => name,
);

/** The text in every text column of an inserted row, ids included. */
const ID = 'row-1';

let kit: TestDatabase;
beforeAll(async () => {
  kit = await createTestDatabase();
  await dropConstraints();
});
afterAll(() => kit[Symbol.asyncDispose]());

/** Drops foreign keys and checks, so that a row can be inserted without the rows to which it refers. */
async function dropConstraints(): Promise<void> {
  const { pool } = kit.database;
  const { rows } = await pool.query<{ statement: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS statement
     FROM pg_constraint WHERE contype IN ('f', 'c') AND conparentid = 0
       AND connamespace IN ('clusters'::regnamespace, 'engine'::regnamespace, 'kubesim'::regnamespace)`,
  );
  for (const { statement } of rows) await pool.query(statement);
}

/** SQL values of column types; no JSON column has the form of a number. */
const VALUES: Readonly<Record<string, string>> = {
  text: `'${ID}'`,
  json: `'1'`,
  jsonb: `'1'`,
  integer: '0',
  bigint: '0',
  boolean: 'false',
  ARRAY: `'{}'`,
  'timestamp with time zone': 'now()',
};

/** Inserts a row, all of whose JSON columns are malformed. `values` has SQL expressions of further columns. */
async function insertMalformed(name: string, values: Readonly<Record<string, string>> = {}): Promise<void> {
  const { rows } = await kit.database.pool.query<{ column: string; type: string }>(
    `SELECT column_name AS column, data_type AS type FROM information_schema.columns
     WHERE table_schema || '.' || table_name = $1
       AND (data_type IN ('json', 'jsonb') OR is_nullable = 'NO' AND column_default IS NULL)`,
    [name],
  );
  const row = { ...Object.fromEntries(rows.map(({ column, type }) => [column, VALUES[type]])), ...values };
  const list = Object.keys(row).map((column) => `"${column}"`);
  await kit.database.pool.query(`INSERT INTO ${name} (${list.join()}) VALUES (${Object.values(row).join()})`);
}

/** Opens the simulated cloud, which reads its tables, and returns its settings. */
async function openSimulatedCloud(): Promise<unknown> {
  const log = createLog('silent');
  await using lease = await acquireLease({ pool: kit.database.pool, name: 'kubesim', log });
  const tokens = new ServiceAccountTokens(new Uint8Array(32));
  const issuer = new TokenIssuer(new Uint8Array(32)).documents;
  await using simulation = await openSimulation(lease, { clock: systemClock, log, tokens, issuer });
  return simulation.cloud.settings;
}

/** Hash of the input of `readClientToken`. */
const NO_INPUT = createHash('sha256').update('').digest('hex');

function readClientToken(): Promise<unknown> {
  const request = {
    account: ID,
    mutation: ID,
    token: ID,
    input: undefined,
    at: new Date(),
    result: idResult,
  };
  return kit.database.prisma.$transaction((tx) => idempotent(tx, request, () => Promise.resolve({ id: ID })));
}

const simulatedCluster = JSON.stringify({
  ...{ id: ID, account: ID, regionId: 'cn-hangzhou', zoneIds: [], version: '1.31.1', masters: 0 },
  ...{ state: 'RUNNING', createdAt: 0, readyAt: 0 },
});

const insertSimulatedCluster = (): Promise<unknown> =>
  kit.database.pool.query('INSERT INTO kubesim.cluster (id, body) VALUES ($1, $2)', [ID, simulatedCluster]);

/** Reads the row `ID` of each table as the platform does. */
const readers: Readonly<Record<string, () => Promise<unknown>>> = {
  'clusters.cluster': () => findCluster(kit.database.prisma, ID),
  'clusters.node_pool': () => findNodePool(kit.database.prisma, ID),
  'clusters.node': () => findNode(kit.database.prisma, ID),
  'clusters.kubernetes_version': () => publishedVersions(kit.database.prisma),
  'clusters.cluster_check': () => new ClusterCheckStore(kit.database.prisma).byIds(ID, [ID]),
  'clusters.control_plane': () => findControlPlane(kit.database.prisma, ID),
  'clusters.security_group': () => findSecurityGroup(kit.database.prisma, ID, ID),
  'clusters.cluster_network': () => findClusterNetwork(kit.database.prisma, ID),
  'clusters.component': () => findComponent(kit.database.prisma, ID),
  'engine.event': () => eventsByIds(kit.database.prisma, ID, [ID]),
  'engine.operation': () => findOperation(kit.database.prisma, ID),
  'engine.client_token': readClientToken,
  'kubesim.cluster': openSimulatedCloud,
  'kubesim.instance': openSimulatedCloud,
  'kubesim.scaling_group': openSimulatedCloud,
  'kubesim.container_use': openSimulatedCloud,
  'kubesim.detached_instance': openSimulatedCloud,
  'kubesim.object': async () => {
    await insertSimulatedCluster();
    await openSimulatedCloud().finally(() => kit.database.pool.query('DELETE FROM kubesim.cluster'));
  },
};

const valuesOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'engine.client_token': { input_hash: `'${NO_INPUT}'` },
};

/** Its rows have schemas of their own, and defaults instead of malformed ones. */
const SETTINGS = 'kubesim.setting';

describe('JSON columns', () => {
  test('are all in the table of the record, and no others', () => {
    expect(recorded.sort()).toEqual(columns.map(({ name }) => name).sort());
  });

  test.each(columns.filter(({ table }) => table !== SETTINGS))(
    'a malformed $name is rejected when it is read',
    async ({ field, table }) => {
      await insertMalformed(table, valuesOf[table]);
      try {
        const error = await readers[table]?.().catch((error: unknown) => error);
        expect(error).toBeInstanceOf(MalformedRowError);
        expect(String(error)).toContain(`The row ${ID} of ${table} is malformed.`);
        expect(String(error)).toMatch(new RegExp(`[.;] ${field}: `));
      } finally {
        await kit.database.pool.query(
          `DELETE FROM ${table} WHERE to_jsonb(${table.split('.')[1]})::text ~ $1`,
          [ID],
        );
      }
    },
  );

  test('malformed settings of the simulated cloud are replaced by defaults', async () => {
    await kit.database.pool.query(
      `INSERT INTO kubesim.setting (id, body) VALUES ('authority', '1'), ('settings', '1')
       ON CONFLICT (id) DO UPDATE SET body = '1'`,
    );
    expect(await openSimulatedCloud()).toEqual(defaultSettings);
  });

  test.each<[string, (row: Parameters<typeof poolOperationInput>[0]) => unknown, object]>([
    ['a change of a node pool', poolOperationInput, { fromSize: 'one' }],
    ['an upgrade', upgradeInput, { version: 1 }],
    ['a vertical scaling', scalingOf, { pools: 1 }],
  ])('a malformed input of %s is rejected by the reader of its operation', (_of, read, input) => {
    expect(() => read({ id: ID, input })).toThrow(MalformedRowError);
  });
});
