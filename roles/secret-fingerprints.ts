import type pg from 'pg';
import { lockedTransaction } from '../kernel/postgres/locked-transaction.js';
import { deriveKey } from '../kernel/secret.js';
import { SecretsError } from '../kernel/process/state-directory.js';

/** The secrets that a start takes from its state folder, because no setting has them. */
export interface SecretsOfFolder {
  /** Path of the file with the secrets. */
  readonly file: string;
  /** Writes the file; undefined if the secrets were read from it. */
  readonly write?: (() => Promise<void>) | undefined;
  /** Whether the secrets replace those with which the database was used before (`--new-secrets`). */
  readonly replace: boolean;
  readonly secrets: Readonly<Partial<Record<SecretName, string>>>;
}

/** `platform` is used without FLEETGRAPH_SECRET, `auth` without AUTH_SECRET and AUTH_JWKS_URL. */
type SecretName = 'platform' | 'auth';

const SETTINGS: Readonly<Record<SecretName, string>> = {
  platform: 'FLEETGRAPH_SECRET',
  auth: 'AUTH_SECRET',
};

const RECORDED = 'SELECT name, fingerprint FROM engine.secret_fingerprint';
const RECORD = `INSERT INTO engine.secret_fingerprint (name, fingerprint) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint`;
/** An account has a counter from its first event on. */
const HAS_DATA = 'SELECT EXISTS (SELECT FROM engine.event_counter) AS "hasData"';

/**
 * Records the fingerprints of the secrets with which a database is used, and rejects other secrets later: a start with a
 * new folder would silently invalidate every token, cursor and kubeconfig. The lock makes the second of two concurrent first
 * starts compare its secrets with those of the first. `database` is the name of the database in messages. Throws
 * `SecretsError`.
 */
export async function claimDatabase(pool: pg.Pool, database: string, folder: SecretsOfFolder): Promise<void> {
  await lockedTransaction(pool, 'fleetgraph secrets', async (client) => {
    const fault = folder.replace ? undefined : await faultOf(client, folder);
    if (fault !== undefined)
      throw new SecretsError(folder.file, `${fault} ${database}`, { remedy: remedyOf(folder) });
    for (const [name, secret] of Object.entries(folder.secrets))
      await client.query(RECORD, [name, fingerprintOf(secret)]);
    // Before the commit: if the process is killed in between, the next start uses the secrets of the file.
    await folder.write?.();
  });
}

/** Why the database does not belong to the folder; undefined when it does, or has no secrets yet. */
async function faultOf(client: pg.PoolClient, folder: SecretsOfFolder): Promise<string | undefined> {
  const { rows } = await client.query<{ name: SecretName; fingerprint: string }>(RECORDED);
  const isOther = ({ name, fingerprint }: { name: SecretName; fingerprint: string }) => {
    const secret = folder.secrets[name];
    return secret !== undefined && fingerprintOf(secret) !== fingerprint;
  };
  if (rows.some(isOther))
    return folder.write
      ? 'is missing, but its secrets are in use in the database'
      : 'does not belong to the database';
  // Data without fingerprints is from an earlier release or from secrets in settings; new secrets cannot read it.
  if (!folder.write) return undefined;
  const [state] = (await client.query<{ hasData: boolean }>(HAS_DATA)).rows;
  return state?.hasData ? 'is missing, but there is data in the database' : undefined;
}

function remedyOf({ secrets }: SecretsOfFolder): string {
  const settings = (Object.keys(secrets) as SecretName[]).map((name) => SETTINGS[name]).join(' and ');
  return (
    `copy it from the host that uses the database, or set ${settings} to the secrets in use. If they are lost, ` +
    'start once with `fleetgraph start --new-secrets`: this invalidates every token, cursor and kubeconfig'
  );
}

function fingerprintOf(secret: string): string {
  return Buffer.from(deriveKey(secret, 'fingerprint')).toString('base64url');
}
