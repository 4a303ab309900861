import { predefinedRoles, type Role } from './roles.js';

const PREFIX = 'role_';

/** Id of a predefined role, the same in all accounts. Custom roles have random ids, which no name equals. */
export function predefinedRoleId({ name }: Pick<Role, 'name'>): string {
  return PREFIX + name;
}

/** Predefined roles by id. */
export const predefinedRolesById: ReadonlyMap<string, Role> = new Map(
  predefinedRoles.map((role) => [predefinedRoleId(role), role]),
);

/** Id of the role that allows everything. */
export const ADMINISTRATOR = predefinedRoleId({ name: 'administrator' });
