import pg from 'pg';

/** The rows of the fleet query, by one statement for each table. */
const CLUSTERS = `SELECT id, name, state, product, region_id, version FROM clusters.cluster
  WHERE account = $1 AND deleted_at IS NULL ORDER BY id LIMIT 100`;
const POOLS = `SELECT p.id, p.name, p.state, p.desired_size, p.cluster_id,
    (SELECT count(*)::int FROM clusters.node n WHERE n.node_pool_id = p.id) AS total_nodes
  FROM clusters.node_pool p WHERE p.cluster_id = ANY ($1) AND p.deleted_at IS NULL ORDER BY p.cluster_id, p.id`;
const REGIONS = `SELECT id, local_name, city FROM regions.region WHERE id = ANY ($1)`;
const USAGE = `SELECT u.resource, u.scope, u.used, l."limit" FROM engine.ledger_usage u
  LEFT JOIN engine.ledger_limit l ON l.account IN (u.account, '*') AND l.resource = u.resource
  WHERE u.account = $1 AND (u.scope = ANY ($2) OR u.scope = '')`;
const OPERATIONS = `SELECT latest.* FROM unnest($1::text[]) AS of(cluster_id) CROSS JOIN LATERAL (
    SELECT id, type, state, progress, cluster_id FROM engine.operation o
    WHERE o.cluster_id = of.cluster_id ORDER BY id DESC LIMIT 1) AS latest`;

/** Statements of one `read`. */
export const PLAIN_STATEMENTS = 5;

/** Reads the fleet's rows without the graph: no permissions, no joins, no names of fields. */
export class PlainFleet implements AsyncDisposable {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string): Promise<PlainFleet> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new PlainFleet(client);
  }

  /** Reads all rows and serializes them as JSON, as a response would be; returns the number of clusters. */
  async read(account: string): Promise<number> {
    const rows = async <T>(text: string, values: unknown[]) =>
      (await this.client.query({ name: text.slice(0, 60), text, values })).rows as T[];
    const clusters = await rows<{ id: string; region_id: string }>(CLUSTERS, [account]);
    const ids = clusters.map(({ id }) => id);
    const rest = [
      await rows(POOLS, [ids]),
      await rows(REGIONS, [[...new Set(clusters.map(({ region_id }) => region_id))]]),
      await rows(USAGE, [account, ids]),
      await rows(OPERATIONS, [ids]),
    ];
    JSON.stringify([clusters, ...rest]);
    return clusters.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end();
  }
}
