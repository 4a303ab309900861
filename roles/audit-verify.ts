import type { AuditFault } from '../access/audit/verify-chain.js';
import { verifyAuditLog } from '../access/audit/verify-chain.js';
import { HeadKey } from '../access/audit/signed-heads.js';
import type { Env } from '../kernel/env.js';
import { openDatabase } from '../kernel/postgres/database.js';
import { readSecrets } from '../kernel/process/state-directory.js';
import { deriveKey } from '../kernel/secret.js';
import { required } from './settings.js';

/** The report of `fleetgraph audit verify`, and whether the audit log is intact. */
export interface AuditReport {
  readonly text: string;
  readonly isIntact: boolean;
}

/** `fleetgraph audit verify`: verifies the audit log of DATABASE_URL, of all accounts or of one. */
export async function auditVerify(env: Env, account: string | undefined): Promise<AuditReport> {
  const secret = env.FLEETGRAPH_SECRET ?? (await readSecrets(env.FLEETGRAPH_HOME))?.platform;
  if (secret === undefined)
    throw new Error(
      'settings: set FLEETGRAPH_SECRET, or FLEETGRAPH_HOME to the state folder of the platform',
    );
  await using database = openDatabase({ url: required(env, 'DATABASE_URL'), poolSize: 1 });
  const key = new HeadKey(deriveKey(secret, 'audit'));
  const { accounts, rows, heads, faults } = await verifyAuditLog(database.prisma, key, account);
  const verified = `Verified ${rows} rows and ${heads} signed heads of ${accounts} accounts: `;
  if (faults.length === 0) return { text: `${verified}no fault.`, isIntact: true };
  return { text: [`${verified}${faults.length} faults.`, ...faults.map(lineOf)].join('\n'), isIntact: false };
}

function lineOf({ account, kind, from, to, message }: AuditFault): string {
  const place = from === to ? `row ${from}` : `rows ${from} to ${to}`;
  return `${kind} ${account} ${place}: ${message}`;
}
