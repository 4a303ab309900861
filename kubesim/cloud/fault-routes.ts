import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type InjectedFault, type FaultDefinition, faultDefinitions } from '../injected-faults.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { clusterOf } from './clusters.js';
import { updateControlPlaneIncidents } from './control-plane-incidents.js';
import { deleteInstances, instanceOf } from './instances.js';
import { reportNode } from './node-status.js';
import { CloudApiError } from './records.js';
import type { On } from './route.js';
import { changeScalingGroup, deleteScalingGroup, membersOf, scalingGroupOf } from './scaling-groups.js';
import { injectVolumeFault, remediateVolumeFault } from './volume-faults.js';

const text = z.string().min(1).max(300);
const faultSchema = z.object({
  operation: text,
  instanceId: text.nullish(),
  service: text.nullish(),
  nodePoolId: text.nullish(),
  volumeClaim: text.nullish(),
});
type FaultRequest = z.infer<typeof faultSchema>;

/**
 * Injected faults: high-risk operations that users perform in other consoles. `PUT` injects a fault, `POST …/remediate`
 * remediates it, `GET` lists the active ones.
 */
export function faultRoutes(on: On): void {
  const path = '/cloud/v1/clusters/:id/faults';
  on('GET', path, (cloud, { id = '' }) => ok(clusterOf(cloud, id)));
  on('PUT', path, async (cloud, { id = '' }, { body }) => {
    const cluster = clusterOf(cloud, id);
    injectFault(cloud, cluster, await body(faultSchema));
    return ok(cluster);
  });
  on('POST', `${path}/remediate`, async (cloud, { id = '' }, { body }) => {
    const cluster = clusterOf(cloud, id);
    remediateFault(cloud, cluster, await body(faultSchema));
    return ok(cluster);
  });
}

function ok({ kubernetes }: CloudCluster) {
  const faults = kubernetes.faults.all();
  return {
    status: 200,
    body: {
      faults: faults.map((fault) => ({ ...fault, injectedAt: new Date(fault.injectedAt).toISOString() })),
    },
  };
}

function injectFault(cloud: Cloud, cluster: CloudCluster, request: FaultRequest): void {
  const kind = definitionOf(request);
  const { faults } = cluster.kubernetes;
  // Compare before checking the target: an active fault may have deleted it.
  if (faults.all().some((fault) => isSameFault(fault, request))) return;
  checkTarget(cluster, request, kind);
  const { instanceId } = request;
  const fault: InjectedFault = {
    ...faultTarget(request),
    injectedAt: cloud.now(),
    ...applyFault(cloud, cluster, request, kind),
  };
  faults.add(fault);
  if (kind.effect === 'NODE_DELETED' && instanceId != null)
    deleteInstances(cloud, cluster, [instanceId], { drain: false });
  reportFault(cloud, cluster, fault);
}

/** The operation and its target. */
function faultTarget(request: FaultRequest): Omit<InjectedFault, 'injectedAt'> {
  const { operation, instanceId, service, nodePoolId, volumeClaim } = request;
  return {
    operation,
    ...(instanceId != null && { instanceId }),
    ...(service != null && { service }),
    ...(nodePoolId != null && { nodePoolId }),
    ...(volumeClaim != null && { volumeClaim }),
  };
}

/** Applies a fault of a scaling group or a volume; returns what remediation needs. */
function applyFault(
  cloud: Cloud,
  cluster: CloudCluster,
  request: FaultRequest,
  kind: FaultDefinition,
): Pick<InjectedFault, 'bounds' | 'pods'> {
  if (request.nodePoolId != null)
    return applyToScalingGroup(cloud, cluster, { kind, nodePoolId: request.nodePoolId });
  return targetsVolume(kind) ? injectVolumeFault(cluster, faultTarget(request), kind.target) : {};
}

function targetsVolume({ target }: FaultDefinition): boolean {
  return target === 'DISK_VOLUME_CLAIM' || target === 'NAS_VOLUME_CLAIM';
}

interface ScalingGroupFault {
  readonly kind: FaultDefinition;
  readonly nodePoolId: string;
}

function applyToScalingGroup(
  cloud: Cloud,
  cluster: CloudCluster,
  { kind, nodePoolId }: ScalingGroupFault,
): Pick<InjectedFault, 'bounds'> {
  const { minSize, maxSize } = scalingGroupOf(cluster, nodePoolId);
  if (kind.effect === 'SCALING_GROUP_DELETED') deleteScalingGroup(cloud, cluster, nodePoolId);
  if (kind.effect !== 'GROUP_FULL') return {};
  const members = membersOf(cluster, nodePoolId);
  changeScalingGroup(cloud, cluster, nodePoolId, { minSize: 0, maxSize: members.length });
  return { bounds: { minSize, maxSize } };
}

function remediateFault(cloud: Cloud, cluster: CloudCluster, request: FaultRequest): void {
  const kind = definitionOf(request);
  const { faults } = cluster.kubernetes;
  const fault = faults.all().find((candidate) => isSameFault(candidate, request));
  if (!fault) return;
  if (!kind.recoverable)
    throw new CloudApiError(409, 'INVALID_STATE', `${request.operation} cannot be remediated.`);
  if (fault.bounds) changeScalingGroup(cloud, cluster, fault.nodePoolId ?? '', fault.bounds);
  faults.end((candidate) => candidate === fault);
  if (fault.pods) remediateVolumeFault(cloud, cluster, fault, kind.effect);
  reportFault(cloud, cluster, fault);
}

/** Updates the node or the control plane after a change; controllers subscribe to InjectedFaults. */
function reportFault(cloud: Cloud, cluster: CloudCluster, { instanceId }: InjectedFault): void {
  const instance = instanceId === undefined ? undefined : cluster.instances.get(instanceId);
  if (instance) reportNode(cloud, cluster, instance);
  else updateControlPlaneIncidents(cloud, cluster);
}

function isSameFault(fault: InjectedFault, request: FaultRequest): boolean {
  const { pods: _pods, bounds: _bounds, injectedAt: _injectedAt, ...subject } = fault;
  return isDeepStrictEqual(subject, faultTarget(request));
}

function definitionOf({ operation }: FaultRequest): FaultDefinition {
  const kind = faultDefinitions[operation];
  if (kind) return kind;
  throw new CloudApiError(422, 'INVALID_INPUT', `${operation} is not simulated.`);
}

function checkTarget(cluster: CloudCluster, request: FaultRequest, kind: FaultDefinition): void {
  const { target } = kind;
  if (target === 'SERVICE') return checkService(cluster, request);
  if (target === 'NODE_POOL') return checkGroup(cluster, request.nodePoolId ?? '');
  // Volumes are checked when their fault is injected.
  if (target === 'CLUSTER' || targetsVolume(kind)) return;
  if (target === 'DEDICATED_CLUSTER') return checkDedicated(cluster, request);
  const { master } = instanceOf(cluster, request.instanceId ?? '');
  if (master === (target === 'MASTER')) return;
  throw new CloudApiError(
    422,
    'INVALID_INPUT',
    `${request.operation} needs a ${target.toLowerCase()} node as target.`,
  );
}

function checkGroup(cluster: CloudCluster, nodePoolId: string): void {
  const group = cluster.scalingGroups.get(nodePoolId);
  if (group?.state !== 'DELETED') return void scalingGroupOf(cluster, nodePoolId);
  const message = `The scaling group of the node pool ${nodePoolId} was deleted; delete the pool and create another.`;
  throw new CloudApiError(422, 'SCALING_GROUP_MISSING', message);
}

function checkDedicated({ record }: CloudCluster, { operation }: FaultRequest): void {
  if (record.masters > 0) return;
  const message = `${operation} needs the masters of a dedicated cluster as target.`;
  throw new CloudApiError(422, 'UNSUPPORTED_BY_KIND', message);
}

function checkService(cluster: CloudCluster, { service }: FaultRequest): void {
  if (cluster.kubernetes.hasLoadBalancer(service ?? '')) return;
  throw new CloudApiError(422, 'INVALID_INPUT', `${service ?? 'no service'} has no load balancer.`);
}
