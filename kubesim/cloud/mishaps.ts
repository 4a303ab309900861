import { z } from 'zod';
import { type Mishap, type MishapKind, mishapKinds } from '../cluster/mishaps.js';
import { services } from '../kinds/services.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { clusterOf } from './clusters.js';
import { cutOffWhenDown } from './control-plane.js';
import { deleteInstances, instanceOf } from './instances.js';
import { CloudRefusal } from './records.js';
import type { On } from './routes.js';

const text = z.string().min(1).max(300);
const mishapForm = z.object({ operation: text, instanceId: text.nullish(), service: text.nullish() });
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

function ok({ record }: CloudCluster) {
  const mishaps = (record.mishaps ?? []).map((one) => ({ ...one, since: new Date(one.since).toISOString() }));
  return { status: 200, body: { mishaps } };
}

function perform(cloud: Cloud, cluster: CloudCluster, wish: MishapWish): void {
  const kind = kindOf(wish);
  checkTarget(cluster, wish, kind);
  const known = cluster.record.mishaps ?? [];
  if (known.some((one) => sameAs(one, wish))) return;
  const { operation, instanceId, service } = wish;
  const mishap: Mishap = {
    operation,
    since: cloud.now(),
    ...(instanceId != null && { instanceId }),
    ...(service != null && { service }),
  };
  cloud.saveCluster(cluster, { mishaps: [...known, mishap] });
  suffer(cloud, cluster, { mishap, kind });
}

function mend(cloud: Cloud, cluster: CloudCluster, wish: MishapWish): void {
  const kind = kindOf(wish);
  const known = cluster.record.mishaps ?? [];
  const mishap = known.find((one) => sameAs(one, wish));
  if (!mishap) return;
  if (!kind.mendable) throw new CloudRefusal(409, 'INVALID_STATE', `${wish.operation} cannot be mended.`);
  cloud.saveCluster(cluster, { mishaps: known.filter((one) => one !== mishap) });
  recover(cluster, { mishap, kind });
}

interface Done {
  readonly mishap: Mishap;
  readonly kind: MishapKind;
}

/** What the operation brings about at once; the rest the cluster's controllers find in the book. */
function suffer(cloud: Cloud, cluster: CloudCluster, { mishap, kind }: Done): void {
  const instance = mishap.instanceId === undefined ? undefined : cluster.instances.get(mishap.instanceId);
  if (kind.effect === 'API_DOWN') cutOffWhenDown(cloud, cluster);
  if (instance && kind.effect === 'NODE_SILENT') cluster.kubernetes.setNodeReady(instance.name, false);
  if (instance && kind.effect === 'NODE_GONE')
    deleteInstances(cloud, cluster, [instance.id], { drain: false });
  if (instance && kind.effect === 'NODE_NETWORK')
    cluster.kubernetes.setNodeNetwork(instance.name, mishap.operation);
  cluster.kubernetes.mishaps.changed();
}

function recover(cluster: CloudCluster, { mishap, kind }: Done): void {
  const instance = mishap.instanceId === undefined ? undefined : cluster.instances.get(mishap.instanceId);
  const others = (cluster.record.mishaps ?? []).filter(
    (one) => one.instanceId === mishap.instanceId && mishapKinds[one.operation]?.effect === kind.effect,
  );
  if (instance && others.length === 0 && kind.effect === 'NODE_SILENT' && !instance.off)
    cluster.kubernetes.setNodeReady(instance.name, true);
  if (instance && kind.effect === 'NODE_NETWORK')
    cluster.kubernetes.setNodeNetwork(instance.name, others[0]?.operation);
  cluster.kubernetes.mishaps.changed();
}

function sameAs(mishap: Mishap, { operation, instanceId, service }: MishapWish): boolean {
  const same = mishap.operation === operation && mishap.service === (service ?? undefined);
  return same && mishap.instanceId === (instanceId ?? undefined);
}

function kindOf({ operation }: MishapWish): MishapKind {
  const kind = mishapKinds[operation];
  if (kind) return kind;
  throw new CloudRefusal(422, 'INVALID_INPUT', `${operation} cannot be acted out.`);
}

function checkTarget(cluster: CloudCluster, wish: MishapWish, { target }: MishapKind): void {
  if (target === 'SERVICE') return checkService(cluster, wish);
  if (target === 'CLUSTER') return;
  const { master } = instanceOf(cluster, wish.instanceId ?? '');
  if (master === (target === 'MASTER')) return;
  throw new CloudRefusal(
    422,
    'INVALID_INPUT',
    `${wish.operation} is done to a ${target.toLowerCase()} node.`,
  );
}

function checkService(cluster: CloudCluster, { service }: MishapWish): void {
  const [namespace = '', name = ''] = (service ?? '').split('/');
  if (cluster.store.get(services, namespace, name)?.spec.type === 'LoadBalancer') return;
  throw new CloudRefusal(422, 'INVALID_INPUT', `${service ?? 'no service'} has no load balancer.`);
}
