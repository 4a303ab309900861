import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Mishap, type MishapKind, mishapKinds } from '../kubernetes/cluster/injected-faults.js';
import { services } from '../kubernetes/kinds/services.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { clusterOf } from './clusters.js';
import { noteControlPlane } from './control-plane-incidents.js';
import { deleteInstances, instanceOf } from './instances.js';
import { reportNode } from './node-status.js';
import { CloudRefusal } from './records.js';
import type { On } from './routes.js';
import { changeScalingGroup, deleteScalingGroup, membersOf, scalingGroupOf } from './scaling-groups.js';
import { harmVolume, mendVolume } from './volume-faults.js';

const text = z.string().min(1).max(300);
const mishapForm = z.object({
  operation: text,
  instanceId: text.nullish(),
  service: text.nullish(),
  nodePoolId: text.nullish(),
  volumeClaim: text.nullish(),
});
type MishapWish = z.infer<typeof mishapForm>;

/**
 * What people do to the resources of a cluster in other consoles and should not: `PUT` does it, `POST …/mend` does what
 * mends it, `GET` says what was done. The ids are those of the list of high-risk operations.
 */
export function mishapRoutes(on: On): void {
  const path = '/cloud/v1/clusters/:id/mishaps';
  on('GET', path, (cloud, { id = '' }) => ok(clusterOf(cloud, id)));
  on('PUT', path, async (cloud, { id = '' }, { body }) => {
    const cluster = clusterOf(cloud, id);
    perform(cloud, cluster, await body(mishapForm));
    return ok(cluster);
  });
  on('POST', `${path}/mend`, async (cloud, { id = '' }, { body }) => {
    const cluster = clusterOf(cloud, id);
    mend(cloud, cluster, await body(mishapForm));
    return ok(cluster);
  });
}

function ok({ kubernetes }: CloudCluster) {
  const mishaps = kubernetes.mishaps.all();
  return {
    status: 200,
    body: { mishaps: mishaps.map((one) => ({ ...one, since: new Date(one.since).toISOString() })) },
  };
}

function perform(cloud: Cloud, cluster: CloudCluster, wish: MishapWish): void {
  const kind = kindOf(wish);
  const { mishaps } = cluster.kubernetes;
  // Before the target is looked at: what is done already may have taken it away.
  if (mishaps.all().some((one) => sameAs(one, wish))) return;
  checkTarget(cluster, wish, kind);
  const { instanceId } = wish;
  const mishap: Mishap = { ...subjectOf(wish), since: cloud.now(), ...harm(cloud, cluster, wish, kind) };
  mishaps.add(mishap);
  if (kind.effect === 'NODE_GONE' && instanceId != null)
    deleteInstances(cloud, cluster, [instanceId], { drain: false });
  show(cloud, cluster, mishap);
}

/** The operation, and what it was done to. */
function subjectOf(wish: MishapWish): Omit<Mishap, 'since'> {
  const { operation, instanceId, service, nodePoolId, volumeClaim } = wish;
  return {
    operation,
    ...(instanceId != null && { instanceId }),
    ...(service != null && { service }),
    ...(nodePoolId != null && { nodePoolId }),
    ...(volumeClaim != null && { volumeClaim }),
  };
}

/** Does at once what it does to scaling groups and volumes; answers what is remembered of that. */
function harm(
  cloud: Cloud,
  cluster: CloudCluster,
  wish: MishapWish,
  kind: MishapKind,
): Pick<Mishap, 'bounds' | 'pods'> {
  if (wish.nodePoolId != null) return harmGroup(cloud, cluster, { kind, nodePoolId: wish.nodePoolId });
  return isDoneToVolumes(kind) ? harmVolume(cluster, subjectOf(wish), kind.target) : {};
}

function isDoneToVolumes({ target }: MishapKind): boolean {
  return target === 'DISK_CLAIM' || target === 'NAS_CLAIM';
}

interface GroupHarm {
  readonly kind: MishapKind;
  readonly nodePoolId: string;
}

function harmGroup(
  cloud: Cloud,
  cluster: CloudCluster,
  { kind, nodePoolId }: GroupHarm,
): Pick<Mishap, 'bounds'> {
  const { minSize, maxSize } = scalingGroupOf(cluster, nodePoolId);
  if (kind.effect === 'GROUP_GONE') deleteScalingGroup(cloud, cluster, nodePoolId);
  if (kind.effect !== 'GROUP_FULL') return {};
  const members = membersOf(cluster, nodePoolId);
  changeScalingGroup(cloud, cluster, nodePoolId, { minSize: 0, maxSize: members.length });
  return { bounds: { minSize, maxSize } };
}

function mend(cloud: Cloud, cluster: CloudCluster, wish: MishapWish): void {
  const kind = kindOf(wish);
  const { mishaps } = cluster.kubernetes;
  const mishap = mishaps.all().find((one) => sameAs(one, wish));
  if (!mishap) return;
  if (!kind.mendable) throw new CloudRefusal(409, 'INVALID_STATE', `${wish.operation} cannot be mended.`);
  if (mishap.bounds) changeScalingGroup(cloud, cluster, mishap.nodePoolId ?? '', mishap.bounds);
  mishaps.end((one) => one === mishap);
  if (mishap.pods) mendVolume(cloud, cluster, mishap, kind.effect);
  show(cloud, cluster, mishap);
}

/** Lets the node or the control plane show what was done or mended; controllers are told by the book. */
function show(cloud: Cloud, cluster: CloudCluster, { instanceId }: Mishap): void {
  const instance = instanceId === undefined ? undefined : cluster.instances.get(instanceId);
  if (instance) reportNode(cloud, cluster, instance);
  else noteControlPlane(cloud, cluster);
}

function sameAs(mishap: Mishap, wish: MishapWish): boolean {
  const { pods: _pods, bounds: _bounds, since: _since, ...subject } = mishap;
  return isDeepStrictEqual(subject, subjectOf(wish));
}

function kindOf({ operation }: MishapWish): MishapKind {
  const kind = mishapKinds[operation];
  if (kind) return kind;
  throw new CloudRefusal(422, 'INVALID_INPUT', `${operation} cannot be acted out.`);
}

function checkTarget(cluster: CloudCluster, wish: MishapWish, kind: MishapKind): void {
  const { target } = kind;
  if (target === 'SERVICE') return checkService(cluster, wish);
  if (target === 'NODE_POOL') return checkGroup(cluster, wish.nodePoolId ?? '');
  // Volumes are looked at when they are harmed.
  if (target === 'CLUSTER' || isDoneToVolumes(kind)) return;
  if (target === 'DEDICATED_CLUSTER') return checkDedicated(cluster, wish);
  const { master } = instanceOf(cluster, wish.instanceId ?? '');
  if (master === (target === 'MASTER')) return;
  throw new CloudRefusal(
    422,
    'INVALID_INPUT',
    `${wish.operation} is done to a ${target.toLowerCase()} node.`,
  );
}

function checkGroup(cluster: CloudCluster, nodePoolId: string): void {
  const group = cluster.scalingGroups.get(nodePoolId);
  if (group?.state !== 'DELETED') return void scalingGroupOf(cluster, nodePoolId);
  const message = `The scaling group of the node pool ${nodePoolId} was deleted; delete the pool and create another.`;
  throw new CloudRefusal(422, 'SCALING_GROUP_MISSING', message);
}

function checkDedicated({ record }: CloudCluster, { operation }: MishapWish): void {
  if (record.masters > 0) return;
  const message = `${operation} is done to the masters of a dedicated cluster.`;
  throw new CloudRefusal(422, 'UNSUPPORTED_BY_KIND', message);
}

function checkService(cluster: CloudCluster, { service }: MishapWish): void {
  const [namespace = '', name = ''] = (service ?? '').split('/');
  if (cluster.store.get(services, namespace, name)?.spec.type === 'LoadBalancer') return;
  throw new CloudRefusal(422, 'INVALID_INPUT', `${service ?? 'no service'} has no load balancer.`);
}
