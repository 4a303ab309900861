import { checkDatabase } from '../kernel/postgres/check-database.js';
import type { Env } from '../kernel/env.js';
import { deriveKey } from '../kernel/secret.js';
import {
  type DatabaseRights,
  kubesimInserts,
  kubesimSchemas,
  platformInserts,
  platformReadable,
  platformSchemas,
} from './database-rights.js';
import type { prepareDatabase } from './prepare-database.js';
import { required } from './settings.js';

/** The part of the platform as which a process uses the database. */
export type DatabasePart = 'platform' | 'kubesim';

/** The rights of each part in the database. */
const RIGHTS: Readonly<Record<DatabasePart, Omit<DatabaseRights, 'role' | 'password'>>> = {
  platform: { schemas: platformSchemas, readable: platformReadable, inserts: platformInserts },
  kubesim: { schemas: kubesimSchemas, inserts: kubesimInserts },
};

/** Rights of the part for a role. */
function rightsOf(part: DatabasePart, role: string, password?: string): DatabaseRights {
  return { ...RIGHTS[part], role, ...(password === undefined ? {} : { password }) };
}

/**
 * Migrates the database of DATABASE_URL to this release and returns its URL. With DATABASE_MIGRATION_URL it is migrated as
 * that role, the owner, which grants the role of DATABASE_URL the rights of the part; without it as the role itself.
 */
export async function preparedDatabaseUrl(
  env: Env,
  part: DatabasePart,
  prepare: typeof prepareDatabase,
): Promise<string> {
  const url = required(env, 'DATABASE_URL');
  const owner = env.DATABASE_MIGRATION_URL;
  if (owner === undefined) {
    await prepare(url);
    return url;
  }
  const role = decodeURIComponent(new URL(url).username);
  await prepare(owner, { rights: [rightsOf(part, role)], name: 'DATABASE_MIGRATION_URL' });
  await checkDatabase('DATABASE_URL', url);
  return url;
}

/** The owner of a database, which prepares it: its URL, the setting that has the URL, and the rights that it grants. */
export interface DatabaseOwner {
  readonly url: string;
  readonly name?: string;
  readonly rights?: readonly DatabaseRights[];
}

/** The URLs of the database of an all-in-one process, by part. */
export interface DatabaseUrls {
  /** Default: the role of `databaseUrl`. */
  readonly owner?: DatabaseOwner;
  /** URL for engine and subgraphs. */
  readonly databaseUrl: string;
  /** URL for the simulated cloud. */
  readonly cloudDatabaseUrl: string;
}

/** A database of DATABASE_URL: prepared as the role of DATABASE_MIGRATION_URL, used as the role of DATABASE_URL. */
export function externalDatabase(url: string, ownerUrl: string | undefined): DatabaseUrls {
  const used = { databaseUrl: url, cloudDatabaseUrl: url };
  if (ownerUrl === undefined) return used;
  const role = decodeURIComponent(new URL(url).username);
  const rights = [rightsOf('platform', role), rightsOf('kubesim', role)];
  return { ...used, owner: { url: ownerUrl, name: 'DATABASE_MIGRATION_URL', rights } };
}

/** The embedded database: its owner creates a role for each part, with passwords derived from `secret`. */
export function embeddedDatabase(ownerUrl: string, secret: string): DatabaseUrls {
  const roleOf = (part: DatabasePart) => ({
    role: `fleetgraph_${part}`,
    password: Buffer.from(deriveKey(secret, `database-${part}`)).toString('base64url'),
  });
  const [platform, kubesim] = [roleOf('platform'), roleOf('kubesim')];
  const rights = [
    rightsOf('platform', platform.role, platform.password),
    rightsOf('kubesim', kubesim.role, kubesim.password),
  ];
  return {
    owner: { url: ownerUrl, name: 'the embedded PostgreSQL', rights },
    databaseUrl: asRole(ownerUrl, platform.role, platform.password),
    cloudDatabaseUrl: asRole(ownerUrl, kubesim.role, kubesim.password),
  };
}

/** The same database as another role. */
function asRole(url: string, role: string, password: string): string {
  const changed = new URL(url);
  changed.username = encodeURIComponent(role);
  changed.password = encodeURIComponent(password);
  return changed.href;
}
