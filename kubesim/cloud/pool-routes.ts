import type { Cloud } from './cloud.js';
import { clusterOf } from './clusters.js';
import { attachSchema } from './request-schemas.js';
import {
  attachInstances,
  chargeSchema,
  groupSchema,
  moveInstance,
  reclaimInstance,
  repairSchema,
  repairInstance,
  setChargeType,
  setInstanceType,
  typeSchema,
} from './instance-changes.js';
import {
  detachedInstanceSchema,
  detachedInstancesOf,
  createDetachedInstance,
  releaseDetachedInstance,
  detachedInstanceResponse,
} from './detached-instances.js';
import type { CloudResponse, On } from './route.js';
import {
  changeScalingGroup,
  deleteScalingGroup,
  putScalingGroup,
  scalingGroupSchema,
  scalingGroupPatchSchema,
  scalingGroupResponse,
} from './scaling-groups.js';
import type { ScalingGroupRecord } from './records.js';
import { instanceResponse } from './instance-response.js';

/** Routes of node pools: scaling groups, detached instances, and changes of instances. */
export function poolRoutes(on: On): void {
  groupRoutes(on);
  detachedInstanceRoutes(on);
  const path = '/cloud/v1/clusters/:id/instances';
  on('POST', `${path}/attach`, async (cloud, { id = '' }, { body }) => {
    const { instances } = await body(attachSchema);
    return ok({ instances: attachInstances(cloud, clusterOf(cloud, id), instances).map(instanceResponse) });
  });
  on('PUT', `${path}/:instance/charge-type`, async (cloud, { id = '', instance = '' }, { body }) =>
    ok(instanceResponse(setChargeType(cloud, clusterOf(cloud, id), instance, await body(chargeSchema)))),
  );
  on('PUT', `${path}/:instance/type`, async (cloud, { id = '', instance = '' }, { body }) =>
    ok(instanceResponse(setInstanceType(cloud, clusterOf(cloud, id), instance, await body(typeSchema)))),
  );
  on('PUT', `${path}/:instance/scaling-group`, async (cloud, { id = '', instance = '' }, { body }) =>
    ok(instanceResponse(moveInstance(cloud, clusterOf(cloud, id), instance, await body(groupSchema)))),
  );
  on('POST', `${path}/:instance/repair`, async (cloud, { id = '', instance = '' }, { body }) =>
    ok(instanceResponse(repairInstance(cloud, clusterOf(cloud, id), instance, await body(repairSchema)))),
  );
  on('POST', `${path}/:instance/reclaim`, (cloud, { id = '', instance = '' }) =>
    ok(instanceResponse(reclaimInstance(cloud, clusterOf(cloud, id), instance))),
  );
}

function groupRoutes(on: On): void {
  const path = '/cloud/v1/clusters/:id/scaling-groups';
  const show = (cloud: Cloud, id: string, group: ScalingGroupRecord) =>
    ok(scalingGroupResponse(clusterOf(cloud, id), group));
  on('GET', path, (cloud, { id = '' }) => {
    const cluster = clusterOf(cloud, id);
    return ok({
      scalingGroups: [...cluster.scalingGroups.values()].map((group) => scalingGroupResponse(cluster, group)),
    });
  });
  on('PUT', `${path}/:pool`, async (cloud, { id = '', pool = '' }, { body }) =>
    show(cloud, id, putScalingGroup(cloud, clusterOf(cloud, id), pool, await body(scalingGroupSchema))),
  );
  on('PATCH', `${path}/:pool`, async (cloud, { id = '', pool = '' }, { body }) =>
    show(
      cloud,
      id,
      changeScalingGroup(cloud, clusterOf(cloud, id), pool, await body(scalingGroupPatchSchema)),
    ),
  );
  on('DELETE', `${path}/:pool`, (cloud, { id = '', pool = '' }, { query }) => {
    const cluster = clusterOf(cloud, id);
    // The node pool is deleted, not only its group, so no record is kept.
    if (query['forget'] === 'true') {
      cloud.removeScalingGroup(cluster, pool);
      cluster.kubernetes.faults.end(({ nodePoolId }) => nodePoolId === pool);
      return ok({});
    }
    return show(cloud, id, deleteScalingGroup(cloud, cluster, pool));
  });
}

function detachedInstanceRoutes(on: On): void {
  const path = '/cloud/v1/instances';
  on('PUT', `${path}/:instance`, async (cloud, { instance = '' }, { body }) =>
    ok(detachedInstanceResponse(createDetachedInstance(cloud, instance, await body(detachedInstanceSchema)))),
  );
  on('GET', path, (cloud, _params, { query }) => {
    const { account = '', regionId, ids } = query;
    return ok({
      instances: detachedInstancesOf(cloud, { account, regionId, ids: ids?.split(',') }).map(
        detachedInstanceResponse,
      ),
    });
  });
  on('DELETE', `${path}/:instance`, (cloud, { instance = '' }, { query }) =>
    ok(detachedInstanceResponse(releaseDetachedInstance(cloud, query['account'] ?? '', instance))),
  );
}

function ok(body: unknown): CloudResponse {
  return { status: 200, body };
}
