import { z } from 'zod';
import { TerminalError } from '../../contract.js';
import type { HighRiskOperationProvider, HighRiskOperationTarget } from '../high-risk-operation-provider.js';
import type { CloudCalls } from './simulated-node-pools.js';

const faultsResponse = z.object({
  faults: z.array(
    z.object({
      operation: z.string(),
      instanceId: z.string().optional(),
      service: z.string().optional(),
      nodePoolId: z.string().optional(),
      volumeClaim: z.string().optional(),
      injectedAt: z.coerce.date(),
    }),
  ),
});

/** High-risk operations in the simulated cloud. */
export function simulatedHighRiskOperations(cloud: Pick<CloudCalls, 'call'>): HighRiskOperationProvider {
  const path = (clusterId: string) => `/cloud/v1/clusters/${encodeURIComponent(clusterId)}/faults`;
  return {
    async highRiskOperationRecords(clusterId) {
      const { status, body } = await cloud.call('GET', path(clusterId));
      if (status === 404) return [];
      return faultsResponse
        .parse(body)
        .faults.map(({ injectedAt, ...target }) => ({ ...target, since: injectedAt }));
    },
    async performHighRiskOperation(clusterId, target) {
      found(target, await cloud.call('PUT', path(clusterId), target));
    },
    async remediateHighRiskOperation(clusterId, target) {
      found(target, await cloud.call('POST', `${path(clusterId)}/remediate`, target));
    },
  };
}

/** The target may be missing in the cloud, or not yet created, while the account has it. */
function found({ operation }: HighRiskOperationTarget, { status }: { readonly status: number }): void {
  if (status !== 404) return;
  const message = `The cloud does not have the target of ${operation}: it is not created yet, or deleted.`;
  throw new TerminalError({ code: 'NOT_FOUND', message });
}
