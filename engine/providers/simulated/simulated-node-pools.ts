import { z } from 'zod';
import type { Problem } from '../../../kernel/result.js';
import { CHARGE_TYPES } from '../charge-type.js';
import type { Instance } from '../instance.js';
import {
  type UnattachedInstance,
  type NodePoolProvider,
  releaseProblem,
  type ScalingGroup,
} from '../node-pool-provider.js';

const activity = z.object({
  at: z.coerce.date(),
  kind: z.enum(['SCALE_OUT', 'SCALE_IN', 'ATTACH', 'CHANGE', 'DELETE']),
  status: z.enum(['SUCCESSFUL', 'PARTIAL', 'FAILED']),
  instances: z.number(),
  description: z.string(),
});
const scalingGroup = z.object({
  id: z.string(),
  nodePoolId: z.string(),
  state: z.enum(['ACTIVE', 'DELETED']),
  minSize: z.number(),
  maxSize: z.number(),
  desiredSize: z.number(),
  totalInstances: z.number(),
  activities: z.array(activity),
});
const scalingGroups = z.object({ scalingGroups: z.array(scalingGroup) });
const unattachedInstance = z.object({
  id: z.string(),
  account: z.string(),
  name: z.string(),
  regionId: z.string(),
  zoneId: z.string(),
  instanceType: z.string(),
  imageId: z.string(),
  chargeType: z.enum(CHARGE_TYPES),
  vpcId: z.string().optional(),
  state: z.enum(['RUNNING', 'STOPPED']),
  origin: z.enum(['CREATED', 'REMOVED', 'FAILED_CREATION']),
  formerClusterId: z.string().optional(),
  releasable: z.boolean(),
  createdAt: z.coerce.date(),
});
const unattachedInstances = z.object({ instances: z.array(unattachedInstance) });

/** Maximum number of instance ids per call. */
const MAX_IDS_PER_CALL = 500;

/** HTTP calls to the simulated cloud; see simulated-provider.ts. */
export interface CloudCalls {
  call(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    target: string,
    body?: unknown,
    found?: boolean,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Parses the instances of a response body. */
  instances(body: unknown): Instance[];
  instance(body: unknown): Instance;
}

/** Node pools in the simulated cloud. */
export function simulatedNodePools(cloud: CloudCalls): NodePoolProvider {
  return {
    async ensureScalingGroup(
      clusterId,
      nodePoolId,
      { minSize, maxSize, desiredSize },
    ): Promise<ScalingGroup> {
      const target = clusterPath(clusterId, 'scaling-groups', nodePoolId);
      const body = { minSize, maxSize, desiredSize };
      return scalingGroup.parse((await cloud.call('PUT', target, body, true)).body);
    },
    async scalingGroups(clusterId): Promise<readonly ScalingGroup[]> {
      const response = await cloud.call('GET', clusterPath(clusterId, 'scaling-groups'));
      return response.status === 404 ? [] : scalingGroups.parse(response.body).scalingGroups;
    },
    async deleteScalingGroup(clusterId, nodePoolId) {
      await cloud.call('DELETE', `${clusterPath(clusterId, 'scaling-groups', nodePoolId)}?forget=true`);
    },
    async unattachedInstances(account, { regionId, ids }): Promise<readonly UnattachedInstance[]> {
      if (ids?.length === 0) return [];
      const query = new URLSearchParams({
        account,
        ...(regionId !== undefined && { regionId }),
        ...(ids && { ids: ids.slice(0, MAX_IDS_PER_CALL).join(',') }),
      });
      const response = await cloud.call('GET', `/cloud/v1/instances?${query.toString()}`, undefined, true);
      return unattachedInstances.parse(response.body).instances;
    },
    async releaseUnattachedInstance(account, id): Promise<Problem | undefined> {
      const [found] = await this.unattachedInstances(account, { ids: [id] });
      const problem = releaseProblem(id, found);
      if (problem) return problem;
      const query = new URLSearchParams({ account });
      await cloud.call('DELETE', `/cloud/v1/instances/${encodeURIComponent(id)}?${query.toString()}`);
      return undefined;
    },
    async attachInstances(clusterId, requests) {
      if (requests.length === 0) return [];
      const target = clusterPath(clusterId, 'instances', 'attach');
      const made = cloud.instances((await cloud.call('POST', target, { instances: requests }, true)).body);
      const byId = new Map(made.map((instance) => [instance.id, instance]));
      return requests.map(({ id }) => byId.get(id) ?? missing(id));
    },
    async convertInstance(clusterId, id, chargeType) {
      const target = clusterPath(clusterId, 'instances', id, 'charge-type');
      return cloud.instance((await cloud.call('PUT', target, { chargeType }, true)).body);
    },
    async repairInstance(clusterId, id, action) {
      const target = clusterPath(clusterId, 'instances', id, 'repair');
      return cloud.instance((await cloud.call('POST', target, { action }, true)).body);
    },
  };
}

function clusterPath(...parts: readonly string[]): string {
  return `/cloud/v1/clusters/${parts.map(encodeURIComponent).join('/')}`;
}

function missing(id: string): never {
  throw new Error(`the simulated cloud did not answer for the instance ${id}`);
}
