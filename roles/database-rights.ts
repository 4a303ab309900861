import type pg from 'pg';
import { lockedTransaction } from '../kernel/postgres/locked-transaction.js';

/** The rights of a role of the database: reading and writing rows of schemas, or only adding rows to single tables. */
export interface DatabaseRights {
  readonly role: string;
  /** Schemas whose rows it may select, insert, update and delete. */
  readonly schemas: readonly string[];
  /** Schemas whose rows it may select, and whose functions it may execute. */
  readonly readable?: readonly string[];
  /** Tables of other schemas into which it may insert rows. */
  readonly inserts?: readonly string[];
  /** Password with which the role is created if it does not exist. Without one, it must exist. */
  readonly password?: string;
}

/** Schemas of everything but the simulated cloud; `graphile_worker` is the queue. */
export const platformSchemas: readonly string[] = [
  'access',
  'engine',
  'regions',
  'clusters',
  'quotas',
  'observability',
  'gateway',
  'graphile_worker',
];
/** The functions of the audit log append entries; no right changes or deletes one. */
export const platformReadable: readonly string[] = ['audit'];
export const platformInserts: readonly string[] = ['audit.head'];
export const kubesimSchemas: readonly string[] = ['kubesim'];
/** The readiness probe writes into it and rolls back. */
export const kubesimInserts: readonly string[] = ['engine.write_probe'];

/**
 * Grants roles the rights that they need and no others: on rows, but neither on tables nor ownership, so that row security
 * applies to them. Run as the owner after every migration; it is idempotent, and concurrent processes wait for each other.
 */
export async function grantRights(pool: pg.Pool, rights: readonly DatabaseRights[]): Promise<void> {
  await lockedTransaction(pool, 'fleetgraph rights', async (client) => {
    for (const right of rights) await grant(client, right);
  });
}

async function grant(client: pg.PoolClient, rights: DatabaseRights): Promise<void> {
  const role = client.escapeIdentifier(rights.role);
  if (rights.password !== undefined) await makeRole(client, rights.role, rights.password);
  for (const schema of rights.schemas) {
    const name = client.escapeIdentifier(schema);
    await client.query(`GRANT USAGE ON SCHEMA ${name} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${name} TO ${role};
      GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ${name} TO ${role};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${name} TO ${role}`);
    await openRowSecurity(client, schema, rights.role);
  }
  for (const schema of rights.readable ?? []) {
    const name = client.escapeIdentifier(schema);
    await client.query(`GRANT USAGE ON SCHEMA ${name} TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA ${name} TO ${role};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${name} TO ${role}`);
  }
  for (const table of rights.inserts ?? []) {
    const [schema = '', name = ''] = table.split('.').map((part) => client.escapeIdentifier(part));
    await client.query(
      `GRANT USAGE ON SCHEMA ${schema} TO ${role}; GRANT INSERT ON ${schema}.${name} TO ${role}`,
    );
  }
}

async function makeRole(client: pg.PoolClient, name: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  const [role, secret] = [client.escapeIdentifier(name), client.escapeLiteral(password)];
  await client.query(
    `${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${secret}`,
  );
}

/** graphile-worker enables row security on its tables without a policy: only their owner would see rows. */
async function openRowSecurity(client: pg.PoolClient, schema: string, name: string): Promise<void> {
  const { rows } = await client.query<{ table: string }>(
    `SELECT format('%I.%I', nspname, relname) AS table FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
     WHERE nspname = $1 AND relrowsecurity`,
    [schema],
  );
  const [role, policy] = [name, `fleetgraph ${name}`].map((name) => client.escapeIdentifier(name));
  for (const { table } of rows)
    await client.query(`DROP POLICY IF EXISTS ${policy} ON ${table};
      CREATE POLICY ${policy} ON ${table} TO ${role} USING (true) WITH CHECK (true)`);
}
