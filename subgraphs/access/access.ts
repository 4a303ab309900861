import type { AccessRules } from '../runtime/access/access-rules.js';

/** What a caller needs for principals, roles and permissions. */
export const accessRules: AccessRules = {
  queries: {
    // Answer for oneself without a verb; for others the service asks for permissions.read in the scope.
    explainAccess: 'open',
    // Those of the caller, and those in scopes in which it has accessRequests.read.
    accessRequests: 'open',
    permissions: 'open',
    // The gateway asks, in the name of no account.
    verifyServiceAccountKeys: 'open',
    serviceAccounts: { verb: 'serviceAccounts.read', on: {} },
    roles: { verb: 'roles.read', on: {} },
    whoCan: 'open',
  },
  mutations: {
    // Who has no permission may ask for one; the service asks for the verbs of the scope.
    approveAccessRequest: 'open',
    breakGlass: 'accessRequests.breakGlass',
    createRole: 'roles.create',
    createServiceAccount: 'serviceAccounts.create',
    createServiceAccountKey: 'serviceAccountKeys.create',
    deleteRole: 'roles.delete',
    deleteServiceAccount: 'serviceAccounts.delete',
    grantPermissions: 'open',
    refuseAccessRequest: 'open',
    requestAccess: 'open',
    revokePermissions: 'open',
    revokeServiceAccountKey: 'serviceAccountKeys.revoke',
    updateRole: 'roles.update',
    withdrawAccessRequest: 'open',
  },
  // The caller's own.
  subscriptions: { rightsKey: 'open' },
  objects: {},
};
