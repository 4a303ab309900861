import type { Transaction } from '../../kernel/postgres/database.js';
import { ACCOUNT_GROUP } from '../model/group-name.js';
import { groupKey, principalId } from '../model/principal.js';
import { ADMINISTRATOR } from '../model/role-id.js';

/** Id of the permission that an account has without any other: all its principals are administrators. */
export const DEFAULT_PERMISSION = 'permission_default';

/**
 * Starts a change of an account's permissions, roles or keys. Such changes run one after the other, and each starts with
 * this statement: it locks the account's version until the transaction ends. The first one writes the permission that the
 * account had without a row.
 */
export async function changeAccess(tx: Transaction, account: string, at: Date): Promise<void> {
  const [row] = await tx.$queryRaw<{ version: bigint }[]>`
    INSERT INTO access.access_version AS known (account, version, changed_in)
    VALUES (${account}, 1, pg_current_xact_id()::text::bigint)
    ON CONFLICT (account) DO UPDATE SET version = known.version + 1, changed_in = excluded.changed_in
    RETURNING version`;
  if (row?.version !== 1n) return;
  const group = groupKey(ACCOUNT_GROUP);
  const id = principalId(account, group);
  await tx.principal.create({ data: { id, account, ...group, createdAt: at } });
  await tx.permission.create({
    data: {
      account,
      id: DEFAULT_PERMISSION,
      principalId: id,
      roleId: ADMINISTRATOR,
      // Accounts have it from the beginning.
      grantedAt: new Date(0),
    },
  });
}
