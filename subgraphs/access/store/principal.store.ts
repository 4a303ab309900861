import {
  actorKey,
  PRINCIPAL_KINDS,
  type PrincipalKey,
  principalId,
} from '../../../access/model/principal.js';
import type { Actor } from '../../../kernel/actor.js';
import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Principal } from '../model/permission.js';

const check = checkedColumns('access.principal', 'id', { kind: oneOf(PRINCIPAL_KINDS) });

/** Users, groups and service accounts that have, or had, permissions. */
export class PrincipalStore {
  constructor(private readonly database: Database) {}

  /** The account's principals with these ids. */
  async byIds(
    account: string,
    ids: readonly string[],
    tx: Database | Transaction = this.database,
  ): Promise<Principal[]> {
    return check(await tx.principal.findMany({ where: { account, id: { in: [...ids] } } }));
  }

  /** Writes a user or group unless it has a row; returns its id. */
  async ensure(tx: Transaction, account: string, key: PrincipalKey, createdAt: Date): Promise<string> {
    const id = principalId(account, key);
    await tx.principal.createMany({ data: [{ id, account, ...key, createdAt }], skipDuplicates: true });
    return id;
  }

  /** Writes the caller unless it has a row; returns its id. */
  async ensureActor(tx: Transaction, actor: Actor, at: Date): Promise<string> {
    const key = actorKey(actor);
    if (!key) throw new Error('a change needs a caller with a subject');
    return this.ensure(tx, actor.account, key, at);
  }

  /** Id of the principal of a service account; undefined if the account has none of this name. */
  async serviceAccount(
    account: string,
    name: string,
    tx: Database | Transaction = this.database,
  ): Promise<string | undefined> {
    return (await tx.serviceAccount.findUnique({ where: { account_name: { account, name } } }))?.principalId;
  }
}
