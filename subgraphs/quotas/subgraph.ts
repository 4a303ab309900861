import 'reflect-metadata';
import { AuditLog } from '../../access/audit/audit-log.js';
import type { Platform } from '../../engine/platform.js';
import { scopeGuard } from '../runtime/schema/scope-guard.js';
import { defineSubgraph } from '../runtime/schema/define-subgraph.js';
import { userErrorTypes } from '../runtime/graph/user-error.type.js';
import type { RequestContext, Subgraph } from '../runtime/subgraph.js';
import { quotasAccess } from './access.js';
import { QuotaApplicationResolver } from './api/quota-application/quota-application.resolver.js';
import { QuotaApplicationService } from './api/quota-application/quota-application.service.js';
import { QuotaApplicationStore } from './store/quota-application.store.js';
import { BillingResolver } from './api/billing/billing.resolver.js';
import { BillingService } from './api/billing/billing.service.js';
import { BillingStore } from './store/billing.store.js';
import { ClusterQuotasResolver, QuotaResolver } from './api/quota/quota.resolver.js';
import { QuotaService } from './api/quota/quota.service.js';
import { QuotaStore } from './store/quota.store.js';
import { Cluster } from './api/quota/quota.type.js';
import { QuotaApprovalResolver } from './api/quota-approval/quota-approval.resolver.js';
import { QuotaApprovalService } from './api/quota-approval/quota-approval.service.js';

/** The key of a quota or application in a reference: `id`, or `resourceId` from `Query.node`, which may not exist. */
interface Reference {
  readonly id?: string;
  readonly resourceId?: string;
}

/** Limits and usage of the account and its clusters, applications for higher limits, and billing. */
export function createQuotasSubgraph(
  platform: Pick<Platform, 'database' | 'clock' | 'rights'>,
): Promise<Subgraph> {
  const { prisma } = platform.database;
  const store = new QuotaStore(prisma);
  const quotas = new QuotaService(store);
  const applicationStore = new QuotaApplicationStore(prisma);
  const applications = new QuotaApplicationService(platform, quotas, store, applicationStore);
  return defineSubgraph({
    name: 'quotas',
    guard: scopeGuard,
    access: { rules: quotasAccess, dependencies: platform },
    audit: new AuditLog(platform),
    resolvers: [
      new QuotaResolver(quotas),
      new ClusterQuotasResolver(quotas),
      new QuotaApplicationResolver(applications, quotas),
      new QuotaApprovalResolver(new QuotaApprovalService(platform, applicationStore)),
      new BillingResolver(new BillingService(new BillingStore(prisma), platform.clock)),
    ],
    orphanedTypes: [...userErrorTypes, Cluster],
    references: {
      // The gateway has fetched the product from the subgraph that owns clusters, which checks the account.
      Cluster: (cluster: Cluster) => cluster,
      Quota: ({ id, resourceId }: Reference, context: RequestContext) =>
        quotas.quota(context, id ?? resourceId ?? ''),
      QuotaApplication: ({ id, resourceId }: Reference, context: RequestContext) =>
        applications.application(context, id ?? resourceId ?? ''),
    },
  });
}
