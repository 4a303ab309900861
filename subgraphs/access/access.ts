import type { AccessRules } from '../runtime/access/access-rules.js';

/** What a caller needs for principals, roles and permissions. */
export const accessRules: AccessRules = {
  queries: {
    // Answer for oneself without a verb; for others the service asks for permissions.read in the scope.
    explainAccess: 'open',
    permissions: 'open',
    roles: { verb: 'roles.read', on: {} },
    whoCan: 'open',
  },
  mutations: {
    createRole: 'roles.create',
    deleteRole: 'roles.delete',
    grantPermissions: 'open',
    revokePermissions: 'open',
    updateRole: 'roles.update',
  },
  // The caller's own.
  subscriptions: { rightsKey: 'open' },
  objects: {},
};
