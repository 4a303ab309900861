import { pruneAuditLog, signHeads } from '../access/audit/head-store.js';
import { HeadKey } from '../access/audit/signed-heads.js';
import type { Schedule } from '../engine/contract.js';
import type { RetentionPolicy } from '../engine/jobs/retention.js';
import { deriveKey } from '../kernel/secret.js';

/** Signs the ends of the audit logs every minute, in one engine. */
export function auditSchedule(secret: string): Schedule {
  const key = new HeadKey(deriveKey(secret, 'audit'));
  return {
    name: 'sign-audit-heads',
    cron: '* * * * *',
    run: async ({ database, clock }) => {
      await signHeads(database, key, clock.now());
    },
  };
}

/** Deletes rows of the audit log up to a signed head. */
export const auditRetention: RetentionPolicy = {
  name: 'auditEvents',
  prune: pruneAuditLog,
};
