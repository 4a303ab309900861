import 'reflect-metadata';
import { AuditLog } from '../../access/audit/audit-log.js';
import type { Platform } from '../../engine/platform.js';
import { userErrorTypes } from '../runtime/graph/user-error.type.js';
import { defineSubgraph } from '../runtime/schema/define-subgraph.js';
import { scopeGuard } from '../runtime/schema/scope-guard.js';
import type { RequestContext, Subgraph } from '../runtime/subgraph.js';
import { accessRules } from './access.js';
import {
  PermissionEdgesResolver,
  PrincipalResolver,
  RoleKeyResolver,
} from './api/entities/permission.resolver.js';
import { PermissionReader } from './api/entities/permission-reader.js';
import {
  AccessRequestEdgesResolver,
  AccessRequestResolver,
} from './api/access-request/access-request.resolver.js';
import { AccessRequestService } from './api/access-request/access-request.service.js';
import { DecisionResolver } from './api/explanation/decision.resolver.js';
import { DecisionService } from './api/explanation/decision.service.js';
import { PermissionResolver } from './api/permission/permission.resolver.js';
import { PermissionService } from './api/permission/permission.service.js';
import { RoleResolver } from './api/role/role.resolver.js';
import { RoleService } from './api/role/role.service.js';
import { RightsKeySubscription, rightsKeyStream } from './api/viewer/rights-key.subscription.js';
import {
  KeyVerificationResolver,
  ServiceAccountEdgesResolver,
  ServiceAccountKeyEdgesResolver,
  ServiceAccountResolver,
} from './api/service-account/service-account.resolver.js';
import { ServiceAccountService } from './api/service-account/service-account.service.js';
import { Viewer, ViewerResolver } from './api/viewer/viewer.resolver.js';
import { AccessRequestStore } from './store/access-request.store.js';
import { PermissionStore } from './store/permission.store.js';
import { PrincipalStore } from './store/principal.store.js';
import { RoleStore } from './store/role.store.js';
import { ServiceAccountStore } from './store/service-account.store.js';
import { TargetStore } from './store/target.store.js';

/** The key of an object in a reference: `id`, or `resourceId` from `Query.node`, which may not exist. */
interface Reference {
  readonly id?: string;
  readonly resourceId?: string;
}

const keyOf = ({ id, resourceId }: Reference): string => id ?? resourceId ?? '';

/** Principals, roles and permissions: who may do what. */
export function createAccessSubgraph(
  platform: Pick<Platform, 'database' | 'clock' | 'rights'>,
): Promise<Subgraph> {
  const { prisma } = platform.database;
  const stores = {
    permissions: new PermissionStore(prisma),
    principals: new PrincipalStore(prisma),
    roles: new RoleStore(prisma),
  };
  const targets = new TargetStore(prisma);
  const serviceAccounts = new ServiceAccountStore(prisma);
  const reader = new PermissionReader(stores, targets, platform.clock);
  const decisions = new DecisionService(stores, reader, targets, platform.clock);
  return defineSubgraph({
    name: 'access',
    audit: new AuditLog(platform),
    guard: scopeGuard,
    access: { rules: accessRules, dependencies: platform },
    resolvers: [
      new PermissionResolver(new PermissionService(platform, stores, targets), reader, platform.clock),
      new PermissionEdgesResolver(reader),
      new PrincipalResolver(reader),
      new RoleResolver(stores.roles, new RoleService(platform, stores)),
      new RoleKeyResolver(),
      new ServiceAccountResolver(
        serviceAccounts,
        new ServiceAccountService(platform, { ...stores, serviceAccounts, targets }),
      ),
      new ServiceAccountEdgesResolver(serviceAccounts, reader),
      new ServiceAccountKeyEdgesResolver(reader),
      new AccessRequestResolver(
        new AccessRequestService(platform, { ...stores, targets, requests: new AccessRequestStore(prisma) }),
      ),
      new AccessRequestEdgesResolver(reader),
      new KeyVerificationResolver(serviceAccounts, platform.clock),
      new DecisionResolver(decisions),
      new ViewerResolver(reader, decisions),
      new RightsKeySubscription(),
    ],
    streams: { rightsKey: rightsKeyStream(platform) },
    orphanedTypes: [...userErrorTypes, Viewer],
    references: {
      Permission: (reference: Reference, context: RequestContext) =>
        reader.permission(context, keyOf(reference)),
      Principal: (reference: Reference, context: RequestContext) =>
        reader.visiblePrincipal(context, keyOf(reference)),
      Role: async (reference: Reference, context: RequestContext) => {
        // By `id` a permission refers to its role; by `resourceId` a client asks for it.
        const id = keyOf(reference);
        if (reference.id !== undefined || (await decisions.seesRole(context, id)))
          return reader.role(context, id);
        return null;
      },
      Viewer: (_: object, { actor }: RequestContext) => ({ account: actor.account, subject: actor.subject }),
    },
  });
}
