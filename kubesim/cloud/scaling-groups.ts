import { z } from 'zod';
import { faultDefinitions } from '../injected-faults.js';
import { hashHex } from '../random.js';
import type { Cloud, CloudCluster } from './cloud.js';
import {
  CloudApiError,
  type InstanceFailure,
  type InstanceRecord,
  type ScalingActivity,
  type ScalingGroupRecord,
} from './records.js';

/** Upper bound of the group size; quotas limit the instances of an account. */
const MAX_GROUP_SIZE = 100_000;
const size = z.number().int().min(0).max(MAX_GROUP_SIZE);

export const scalingGroupSchema = z.object({ minSize: size, maxSize: size, desiredSize: size });
export const scalingGroupPatchSchema = scalingGroupSchema.partial();

/** Number of activities kept per group. */
const MAX_ACTIVITIES = 100;

/** Creates the group of a pool, or changes its bounds. Does not recreate a deleted group. */
export function putScalingGroup(
  cloud: Cloud,
  cluster: CloudCluster,
  nodePoolId: string,
  body: z.infer<typeof scalingGroupSchema>,
): ScalingGroupRecord {
  const existing = cluster.scalingGroups.get(nodePoolId);
  if (existing) return existing.state === 'DELETED' ? existing : change(cloud, cluster, existing, body);
  return cloud.saveScalingGroup(cluster, {
    id: `asg-${hashHex(`${cluster.record.id}/${nodePoolId}`)}`,
    nodePoolId,
    state: 'ACTIVE',
    ...body,
    activities: [],
  });
}

/** Changes a group. Throws CloudApiError. */
export function changeScalingGroup(
  cloud: Cloud,
  cluster: CloudCluster,
  nodePoolId: string,
  patch: z.infer<typeof scalingGroupPatchSchema>,
): ScalingGroupRecord {
  return change(cloud, cluster, scalingGroupOf(cluster, nodePoolId), patch);
}

function change(
  cloud: Cloud,
  cluster: CloudCluster,
  group: ScalingGroupRecord,
  patch: z.infer<typeof scalingGroupPatchSchema>,
): ScalingGroupRecord {
  const { minSize = group.minSize, maxSize = group.maxSize, desiredSize = group.desiredSize } = patch;
  if (minSize > maxSize)
    throw new CloudApiError(422, 'INVALID_INPUT', 'minSize must not be larger than maxSize.');
  const same = minSize === group.minSize && maxSize === group.maxSize && desiredSize === group.desiredSize;
  if (same) return group;
  // New bounds remediate a fault of the bounds.
  cluster.kubernetes.faults.end(
    (fault) =>
      fault.nodePoolId === group.nodePoolId && faultDefinitions[fault.operation]?.effect === 'GROUP_FULL',
  );
  const description = `Bounds ${minSize} to ${maxSize}, desired size ${desiredSize}.`;
  return record(
    cloud,
    cluster,
    { ...group, minSize, maxSize, desiredSize },
    {
      kind: 'CHANGE',
      status: 'SUCCESSFUL',
      instances: 0,
      description,
    },
  );
}

/** Deletes a group; its instances are kept, but the group can no longer be scaled. */
export function deleteScalingGroup(
  cloud: Cloud,
  cluster: CloudCluster,
  nodePoolId: string,
): ScalingGroupRecord {
  const group = scalingGroupOf(cluster, nodePoolId);
  const description = 'The scaling group was deleted.';
  return record(
    cloud,
    cluster,
    { ...group, state: 'DELETED' },
    {
      kind: 'DELETE',
      status: 'SUCCESSFUL',
      instances: 0,
      description,
    },
  );
}

/** Returns the active group of a pool. Throws CloudApiError if there is none. */
export function scalingGroupOf(cluster: CloudCluster, nodePoolId: string): ScalingGroupRecord {
  const group = cluster.scalingGroups.get(nodePoolId);
  if (group?.state === 'ACTIVE') return group;
  throw new CloudApiError(404, 'NOT_FOUND', `The node pool ${nodePoolId} has no scaling group.`);
}

/** The instances of a pool, without failed and stopping ones. */
export function membersOf({ instances }: CloudCluster, nodePoolId: string): InstanceRecord[] {
  return [...instances.values()].filter(
    (instance) =>
      instance.nodePoolId === nodePoolId && instance.state !== 'FAILED' && instance.state !== 'STOPPING',
  );
}

/** Why no instance can be added to a pool's group; undefined if one can. */
export function groupProblem(cluster: CloudCluster, nodePoolId: string | null): InstanceFailure | undefined {
  const group = nodePoolId === null ? undefined : cluster.scalingGroups.get(nodePoolId);
  if (!group) return undefined;
  if (group.state === 'DELETED')
    return { code: 'SCALING_GROUP_MISSING', message: `The scaling group ${group.id} is deleted.` };
  if (membersOf(cluster, group.nodePoolId).length < group.maxSize) return undefined;
  const message = `The scaling group ${group.id} has its maximum of ${group.maxSize} instances.`;
  return { code: 'SCALING_GROUP_FULL', message };
}

/** Records an activity in the groups of the instances. */
export function recordActivity(
  cloud: Cloud,
  cluster: CloudCluster,
  kind: ScalingActivity['kind'],
  instances: readonly InstanceRecord[],
): void {
  for (const [nodePoolId, members] of Map.groupBy(instances, (instance) => instance.nodePoolId ?? '')) {
    const group = cluster.scalingGroups.get(nodePoolId);
    if (!group) continue;
    const failed = members.filter(({ state }) => state === 'FAILED');
    const done = members.length - failed.length;
    const why = failed[0]?.failure?.message;
    record(cloud, cluster, group, {
      kind,
      status: failed.length === 0 ? 'SUCCESSFUL' : done > 0 ? 'PARTIAL' : 'FAILED',
      instances: members.length,
      description: `${kind}: ${done} of ${members.length} instances.${why === undefined ? '' : ` ${why}`}`,
    });
  }
}

function record(
  cloud: Cloud,
  cluster: CloudCluster,
  group: ScalingGroupRecord,
  activity: Omit<ScalingActivity, 'at'>,
): ScalingGroupRecord {
  const activities = [{ ...activity, at: cloud.now() }, ...group.activities].slice(0, MAX_ACTIVITIES);
  return cloud.saveScalingGroup(cluster, { ...group, activities });
}

/** A group as in the API. */
export function scalingGroupResponse(cluster: CloudCluster, group: ScalingGroupRecord): unknown {
  const members = [...cluster.instances.values()].filter(
    (instance) => instance.nodePoolId === group.nodePoolId && instance.state !== 'FAILED',
  );
  return {
    ...group,
    totalInstances: members.length,
    activities: group.activities.map((activity) => ({
      ...activity,
      at: new Date(activity.at).toISOString(),
    })),
  };
}
