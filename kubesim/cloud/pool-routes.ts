import type { Cloud } from './cloud.js';
import { clusterOf } from './clusters.js';
import { attachForm } from './request-schemas.js';
import {
  attachInstances,
  chargeForm,
  groupForm,
  moveInstance,
  reclaimInstance,
  repairForm,
  repairInstance,
  setChargeType,
  setInstanceType,
  typeForm,
} from './instance-changes.js';
import { machineForm, machinesOf, putMachine, releaseMachine, showMachine } from './detached-instances.js';
import type { Answer, On } from './routes.js';
import {
  changeScalingGroup,
  deleteScalingGroup,
  putScalingGroup,
  scalingGroupForm,
  scalingGroupPatchForm,
  showScalingGroup,
  type ScalingGroupRecord,
} from './scaling-groups.js';
import { showInstance } from './instance-response.js';

/** What the cloud's API has for node pools: scaling groups, machines of the account, and changes of instances. */
export function poolRoutes(on: On): void {
  groupRoutes(on);
  machineRoutes(on);
  const path = '/cloud/v1/clusters/:id/instances';
  on('POST', `${path}/attach`, async (cloud, { id = '' }, { body }) => {
    const { instances } = await body(attachForm);
    return ok({ instances: attachInstances(cloud, clusterOf(cloud, id), instances).map(showInstance) });
  });
  on('PUT', `${path}/:instance/charge-type`, async (cloud, { id = '', instance = '' }, { body }) =>
    ok(showInstance(setChargeType(cloud, clusterOf(cloud, id), instance, await body(chargeForm)))),
  );
  on('PUT', `${path}/:instance/type`, async (cloud, { id = '', instance = '' }, { body }) =>
    ok(showInstance(setInstanceType(cloud, clusterOf(cloud, id), instance, await body(typeForm)))),
  );
  on('PUT', `${path}/:instance/scaling-group`, async (cloud, { id = '', instance = '' }, { body }) =>
    ok(showInstance(moveInstance(cloud, clusterOf(cloud, id), instance, await body(groupForm)))),
  );
  on('POST', `${path}/:instance/repair`, async (cloud, { id = '', instance = '' }, { body }) =>
    ok(showInstance(repairInstance(cloud, clusterOf(cloud, id), instance, await body(repairForm)))),
  );
  on('POST', `${path}/:instance/reclaim`, (cloud, { id = '', instance = '' }) =>
    ok(showInstance(reclaimInstance(cloud, clusterOf(cloud, id), instance))),
  );
}

function groupRoutes(on: On): void {
  const path = '/cloud/v1/clusters/:id/scaling-groups';
  const show = (cloud: Cloud, id: string, group: ScalingGroupRecord) =>
    ok(showScalingGroup(clusterOf(cloud, id), group));
  on('GET', path, (cloud, { id = '' }) => {
    const cluster = clusterOf(cloud, id);
    return ok({
      scalingGroups: [...cluster.scalingGroups.values()].map((one) => showScalingGroup(cluster, one)),
    });
  });
  on('PUT', `${path}/:pool`, async (cloud, { id = '', pool = '' }, { body }) =>
    show(cloud, id, putScalingGroup(cloud, clusterOf(cloud, id), pool, await body(scalingGroupForm))),
  );
  on('PATCH', `${path}/:pool`, async (cloud, { id = '', pool = '' }, { body }) =>
    show(cloud, id, changeScalingGroup(cloud, clusterOf(cloud, id), pool, await body(scalingGroupPatchForm))),
  );
  on('DELETE', `${path}/:pool`, (cloud, { id = '', pool = '' }, { query }) => {
    const cluster = clusterOf(cloud, id);
    // Who takes the whole pool away leaves no mark of its group.
    if (query['forget'] === 'true') {
      cloud.removeScalingGroup(cluster, pool);
      cluster.kubernetes.mishaps.end(({ nodePoolId }) => nodePoolId === pool);
      return ok({});
    }
    return show(cloud, id, deleteScalingGroup(cloud, cluster, pool));
  });
}

function machineRoutes(on: On): void {
  const path = '/cloud/v1/machines';
  on('PUT', `${path}/:machine`, async (cloud, { machine = '' }, { body }) =>
    ok(showMachine(putMachine(cloud, machine, await body(machineForm)))),
  );
  on('GET', path, (cloud, _params, { query }) => {
    const { account = '', regionId, ids } = query;
    return ok({ machines: machinesOf(cloud, { account, regionId, ids: ids?.split(',') }).map(showMachine) });
  });
  on('DELETE', `${path}/:machine`, (cloud, { machine = '' }, { query }) =>
    ok(showMachine(releaseMachine(cloud, query['account'] ?? '', machine))),
  );
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}
