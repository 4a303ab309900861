import { isVerb, type Verb } from '../../../access/model/verb.js';
import { predefinedRoleId, predefinedRolesById } from '../../../access/model/role-id.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Role } from '../model/role.js';

interface RoleRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly verbs: readonly string[];
}

/** Predefined and custom roles. */
export class RoleStore {
  constructor(private readonly database: Database) {}

  /** The role of this id; undefined if the account has none. */
  async find(
    account: string,
    id: string,
    tx: Database | Transaction = this.database,
  ): Promise<Role | undefined> {
    return (await this.byIds(account, [id], tx)).get(id);
  }

  /** Roles by id: no statement unless one is a custom one. */
  async byIds(
    account: string,
    ids: readonly string[],
    tx: Database | Transaction = this.database,
  ): Promise<ReadonlyMap<string, Role>> {
    const custom = ids.filter((id) => !predefinedRolesById.has(id));
    const rows =
      custom.length === 0 ? [] : await tx.role.findMany({ where: { account, id: { in: custom } } });
    return new Map([...predefinedRolesWithId, ...rows.map(customRole)].map((role) => [role.id, role]));
  }

  async create(
    tx: Transaction,
    role: RoleRow & { readonly account: string; readonly createdAt: Date },
  ): Promise<void> {
    await tx.role.create({ data: { ...role, verbs: [...role.verbs] } });
  }

  async update(
    tx: Transaction,
    account: string,
    { id, description, verbs }: Omit<RoleRow, 'name'>,
  ): Promise<void> {
    await tx.role.updateMany({ where: { account, id }, data: { description, verbs: [...verbs] } });
  }

  async delete(tx: Transaction, account: string, id: string): Promise<void> {
    await tx.role.deleteMany({ where: { account, id } });
  }

  /** All roles: the predefined ones, then the custom ones by name. */
  async all(account: string, tx: Database | Transaction = this.database): Promise<Role[]> {
    const rows = await tx.role.findMany({ where: { account }, orderBy: { name: 'asc' } });
    return [...predefinedRolesWithId, ...rows.map(customRole)];
  }
}

const predefinedRolesWithId: readonly Role[] = [...predefinedRolesById.values()].map((role) => ({
  ...role,
  id: predefinedRoleId(role),
  predefined: true,
}));

/** Another release may have written verbs that this one does not know: they allow nothing here. */
function customRole({ id, name, description, verbs }: RoleRow): Role {
  return {
    id,
    name,
    description,
    verbs: verbs.filter((verb): verb is Verb => isVerb(verb)),
    predefined: false,
  };
}
