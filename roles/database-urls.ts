import { checkDatabase } from '../kernel/postgres/check-database.js';
import type { Env } from '../kernel/env.js';
import { deriveKey } from '../kernel/secret.js';
import { type DatabaseRights, kubesimInserts, kubesimSchemas, platformSchemas } from './database-rights.js';
import { prepareDatabase } from './prepare-database.js';
import { required } from './settings.js';

/** The part of the platform as which a process uses the database. */
export type DatabasePart = 'platform' | 'kubesim';

/** What each part may do in the database. */
const RIGHTS: Readonly<Record<DatabasePart, Omit<DatabaseRights, 'role' | 'password'>>> = {
  platform: { schemas: platformSchemas },
  kubesim: { schemas: kubesimSchemas, inserts: kubesimInserts },
};

/** Rights of the part for a role. */
function rightsOf(part: DatabasePart, role: string, password?: string): DatabaseRights {
  return { ...RIGHTS[part], role, ...(password === undefined ? {} : { password }) };
}

/**
 * Brings the database of DATABASE_URL to this release and answers its URL. With DATABASE_MIGRATION_URL that is done as the
 * owner whom it names, who gives the role of DATABASE_URL the rights of the part; without it as the role itself.
 */
export async function preparedDatabaseUrl(env: Env, ...parts: readonly DatabasePart[]): Promise<string> {
  const url = required(env, 'DATABASE_URL');
  const owner = env.DATABASE_MIGRATION_URL;
  if (owner === undefined) {
    await prepareDatabase(url);
    return url;
  }
  const role = decodeURIComponent(new URL(url).username);
  const rights = parts.map((part) => rightsOf(part, role));
  await prepareDatabase(owner, { rights, name: 'DATABASE_MIGRATION_URL' });
  await checkDatabase('DATABASE_URL', url);
  return url;
}

/** A database as its owner, who prepares it: the setting that has the URL, and the rights that others get. */
export interface DatabaseOwner {
  readonly url: string;
  readonly name?: string;
  readonly rights?: readonly DatabaseRights[];
}

/** The database of an all-in-one process, by who uses it. */
export interface DatabaseUrls {
  /** Without one the role of `databaseUrl` is it. */
  readonly owner?: DatabaseOwner;
  /** For engine and subgraphs. */
  readonly databaseUrl: string;
  /** For the simulated cloud. */
  readonly cloudDatabaseUrl: string;
}

/** A database of DATABASE_URL: prepared as the owner of DATABASE_MIGRATION_URL, used as the one role. */
export function externalDatabase(url: string, ownerUrl: string | undefined): DatabaseUrls {
  const used = { databaseUrl: url, cloudDatabaseUrl: url };
  if (ownerUrl === undefined) return used;
  const role = decodeURIComponent(new URL(url).username);
  const rights = [rightsOf('platform', role), rightsOf('kubesim', role)];
  return { ...used, owner: { url: ownerUrl, name: 'DATABASE_MIGRATION_URL', rights } };
}

/** The embedded database: its owner makes a role for each part, with passwords that follow from `secret`. */
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
