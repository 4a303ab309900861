import { z } from 'zod';
import type { RiskInfrastructure } from './risk-infrastructure.js';
import type { CloudCalls } from './simulated-pools.js';

const answer = z.object({
  mishaps: z.array(
    z.object({
      operation: z.string(),
      instanceId: z.string().optional(),
      service: z.string().optional(),
      nodePoolId: z.string().optional(),
      volumeClaim: z.string().optional(),
      since: z.coerce.date(),
    }),
  ),
});

/** High-risk operations in the simulated cloud. */
export function simulatedRisks(cloud: Pick<CloudCalls, 'call'>): RiskInfrastructure {
  const path = (clusterId: string) => `/cloud/v1/clusters/${encodeURIComponent(clusterId)}/mishaps`;
  return {
    async doneRisks(clusterId) {
      const { status, body } = await cloud.call('GET', path(clusterId));
      return status === 404 ? [] : answer.parse(body).mishaps;
    },
    async performRisk(clusterId, target) {
      await cloud.call('PUT', path(clusterId), target, true);
    },
    async mendRisk(clusterId, target) {
      await cloud.call('POST', `${path(clusterId)}/mend`, target, true);
    },
  };
}
