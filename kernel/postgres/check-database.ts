import pg from 'pg';

/** The database cannot be used; the message names it, the reason, and what to do. */
class DatabaseUnusableError extends Error {}

/** Oldest supported major version of PostgreSQL. */
const OLDEST_VERSION = 15;
/** Timeout of the connection in milliseconds. */
const CONNECT_TIMEOUT = 10_000;

interface ServerSettings {
  readonly version: number;
  readonly readOnly: boolean;
}

const READ_SETTINGS = `SELECT current_setting('server_version_num')::int / 10000 AS version,
  current_setting('transaction_read_only')::bool AS "readOnly"`;

/**
 * Connects once, so that a start fails with an actionable message. `name` is the setting that contains the URL.
 * Throws `DatabaseUnusableError`; its message never contains the password.
 */
export async function checkDatabase(name: string, url: string): Promise<void> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new DatabaseUnusableError(`${name}: ${withoutPassword(url)}: ${problem}`, { cause });
  };
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT });
  client.on('error', () => undefined);
  const settings = await readSettings(client).catch((error: unknown) =>
    fail(connectionProblem(error), error),
  );
  if (settings.version < OLDEST_VERSION)
    fail(`it is PostgreSQL ${settings.version}; Fleetgraph needs ${OLDEST_VERSION} or newer.`);
  if (settings.readOnly)
    fail('it is read-only (default_transaction_read_only, or a replica). Use a writable database.');
}

async function readSettings(client: pg.Client): Promise<ServerSettings> {
  try {
    await client.connect();
    const { rows } = await client.query<ServerSettings>(READ_SETTINGS);
    return rows[0] ?? { version: 0, readOnly: false };
  } finally {
    // Not awaited: the end of a connection that was never established may not resolve.
    void client.end().catch(() => undefined);
  }
}

/** The reason of a failed connection and what to do, by error code of the system or SQLSTATE. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused. Is PostgreSQL running on this host and port?',
  ECONNRESET:
    'the connection was reset. Is this PostgreSQL, and does it support TLS as the URL requires (sslmode)?',
  ENOTFOUND: 'the host does not exist.',
  EAI_AGAIN: 'the host name cannot be resolved now. Is the name server reachable?',
  EHOSTUNREACH: 'the host cannot be reached.',
  ENETUNREACH: 'the network of the host cannot be reached.',
  ETIMEDOUT: 'the host does not answer.',
  '28P01': 'the password is wrong, or the role does not exist.',
  '28000': 'the server rejects this role (pg_hba.conf).',
  '3D000': 'the database does not exist. Create it first (createdb).',
  '42501': 'the role may not connect.',
  '53300': 'the server has no connection left (max_connections).',
  '57P03': 'the server is starting or stopping. Retry.',
};

const CERTIFICATE = /certificate|CERT_|altnames/i;

function connectionProblem(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  const reason = code === undefined ? undefined : REASONS[code];
  if (reason !== undefined) return reason;
  const text = message ?? String(error);
  if (text.includes('timeout expired')) return `it did not answer within ${CONNECT_TIMEOUT / 1000} s.`;
  if (text.includes('does not support SSL'))
    return 'the server does not support TLS. Remove sslmode from the URL.';
  if (CERTIFICATE.test(`${code} ${text}`))
    return `the certificate of the server is not trusted (${text}). Set sslrootcert to its certificate authority.`;
  return text.split('\n', 1)[0] ?? text;
}

/** The URL for messages, without the password and the parameters. */
export function withoutPassword(url: string): string {
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username ? `${username}@` : ''}${host}${pathname}`;
}
