import type { AccessRules, ObjectReference, Place } from '../runtime/access/access-rules.js';
import { isId } from '../../kernel/ids.js';
import type { Quota } from './model/quota.rules.js';

/** Where a quota counts; those of the account and the general ones belong to the account. */
function placeOfQuota({ scopeId: id }: Quota): Place {
  if (id === null) return {};
  if (isId('cluster', id)) return { kind: 'CLUSTER', id };
  if (isId('nodePool', id)) return { kind: 'NODE_POOL', id };
  return { kind: isId('securityGroup', id) ? 'SECURITY_GROUP' : 'VPC', id };
}

/** What a caller needs for limits, applications for more, and costs. */
export const quotasAccess: AccessRules = {
  queries: {
    billingReport: { verb: 'billingReports.read', on: { CLUSTER: 'clusterId' } },
    quota: 'quotas.read',
    quotaApplication: 'quotas.read',
    quotaApplications: { verb: 'quotas.read', on: {} },
    quotas: { verb: 'quotas.read', on: { CLUSTER: 'filter.clusterId' } },
    undecidedQuotaApplications: { verb: 'quotas.approve', on: {} },
  },
  mutations: {
    decideQuotaApplication: 'quotas.approve',
    requestQuotaIncrease: 'quotas.request',
  },
  objects: {
    Cluster: { place: ({ id }: { readonly id: string }): ObjectReference => ({ kind: 'CLUSTER', id }) },
    Quota: { verb: 'quotas.read', place: placeOfQuota },
    QuotaApplication: { verb: 'quotas.read', place: () => ({}) },
  },
  edges: { 'Cluster.quotas': 'quotas.read', 'QuotaApplication.quota': 'open' },
};
