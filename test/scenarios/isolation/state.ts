import type { TestDatabase } from '../../kit/database.js';

/** Objects that Kubernetes changes without requests. */
const BOOKKEEPING = ['events', 'leases.coordination.k8s.io', 'nodes'];

/** Column with the time of the last drift check of a component, which runs every ten minutes. */
const BY_THE_CLOCK = 'drift_checked_at';

/**
 * Tables that the platform changes without requests: the counter increases with each Kubernetes Event that it reads (other
 * events appear in the log), and it signs the audit log every minute.
 */
const WITHOUT_REQUESTS = ['engine.event_counter', 'audit.head'];

/** Condition that excludes the rows of a table, e.g. `engine.event`, that the platform adds without requests. */
export function askedFor(table: string): string {
  return table === 'engine.event' ? `category <> 'KUBERNETES'` : 'true';
}

/** The complete state of an account: its rows in every table, its instances, and the objects in its clusters. */
export async function stateOf(database: TestDatabase, account: string): Promise<Record<string, unknown>> {
  const { prisma } = database.database;
  const tables = await prisma.$queryRaw<{ schema: string; name: string }[]>`
    SELECT table_schema AS schema, table_name AS name FROM information_schema.columns
    WHERE column_name = 'account' AND table_schema NOT IN ('information_schema', 'pg_catalog')
    ORDER BY 1, 2`;
  const state: Record<string, unknown> = {};
  for (const table of tables.map(({ schema, name }) => `${schema}.${name}`)) {
    if (WITHOUT_REQUESTS.includes(table)) continue;
    state[table] = await prisma.$queryRawUnsafe(
      `SELECT to_jsonb(t) - '${BY_THE_CLOCK}' AS row FROM ${table} t
       WHERE account = $1 AND ${askedFor(table)} ORDER BY t::text`,
      account,
    );
  }
  state['instances'] = await prisma.$queryRaw`
    SELECT body FROM kubesim.detached_instance WHERE body->>'account' = ${account} ORDER BY id`;
  state['objects'] = await prisma.$queryRaw`
    SELECT o.cluster, o.resource, o.namespace, o.name, o.body->'metadata'->>'uid' AS uid,
      o.body->'metadata'->>'generation' AS generation
    FROM kubesim.object o JOIN clusters.cluster c ON c.id = o.cluster
    WHERE c.account = ${account} AND NOT (o.resource = ANY(${BOOKKEEPING}))
    ORDER BY 1, 2, 3, 4`;
  return state;
}
