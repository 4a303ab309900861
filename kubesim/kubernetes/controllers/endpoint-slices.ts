import type { ClusterContext } from '../cluster/context.js';
import { create, replace } from '../cluster/write.js';
import type { EndpointSlice, Pod, Service } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { controlledBy } from '../kinds/object.js';
import { isReady } from '../kinds/pods.js';
import { endpointSlices } from '../kinds/services.js';
import { hashText } from '../../random.js';

/** Annotation that restricts the traffic of a Service to the edge unit of the client. */
const TOPOLOGY = 'openyurt.io/topologyKeys';
const WITHIN_UNIT = 'openyurt.io/nodepool';
/** Label with the unit of a slice. */
const UNIT = 'apps.openyurt.io/nodepool';
const POOL_LABEL = 'alibabacloud.com/nodepool-id';
const SERVICE = 'kubernetes.io/service-name';

type Ports = EndpointSlice['ports'];

/** Publishes the slices of a Service: one, or one per edge unit if traffic stays within units. */
export function publishSlices(
  cluster: ClusterContext,
  service: Service,
  { pods, ports }: { readonly pods: readonly Pod[]; readonly ports: Ports },
): void {
  const slices = withinUnits(service)
    ? [...Map.groupBy(pods, (pod) => unitOf(cluster, pod))].map(([unit, mine]) =>
        sliceOf(service, mine, { ports, unit }),
      )
    : [sliceOf(service, pods, { ports, unit: undefined })];
  for (const slice of slices) write(cluster, slice);
  const names = new Set(slices.map(({ metadata }) => metadata.name));
  for (const old of cluster.store.ownedOf(endpointSlices, service.metadata.uid))
    if (!names.has(old.metadata.name)) cluster.store.remove(endpointSlices, old);
}

function withinUnits({ metadata }: Service): boolean {
  return metadata.annotations?.[TOPOLOGY]?.split(',').includes(WITHIN_UNIT) ?? false;
}

/** The node pool of the pod's node; empty if it has none. */
function unitOf(cluster: ClusterContext, { spec }: Pod): string {
  const node = spec.nodeName ? cluster.store.get(nodes, '', spec.nodeName) : undefined;
  return node?.metadata.labels?.[POOL_LABEL] ?? '';
}

function sliceOf(
  service: Service,
  pods: readonly Pod[],
  { ports, unit }: { readonly ports: Ports; readonly unit: string | undefined },
): EndpointSlice {
  const { name, namespace, labels } = service.metadata;
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: unit === undefined ? name : `${name}-${hashText(unit)}`,
      namespace,
      labels: {
        ...labels,
        ...(unit === undefined ? {} : { [UNIT]: unit }),
        [SERVICE]: name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [controlledBy(service)],
    },
    addressType: 'IPv4',
    endpoints: pods.map(entryOf),
    ports,
  };
  return slice as unknown as EndpointSlice;
}

function entryOf(pod: Pod): NonNullable<EndpointSlice['endpoints']>[number] {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  const terminating = !!deletionTimestamp;
  const serving = isReady(pod);
  return {
    addresses: [pod.status.podIP ?? ''],
    conditions: { ready: serving && !terminating, serving, terminating },
    nodeName: pod.spec.nodeName,
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function write(cluster: ClusterContext, next: EndpointSlice): void {
  const { namespace = '', name, labels } = next.metadata;
  const current = cluster.store.get(endpointSlices, namespace, name);
  if (!current) create(cluster, endpointSlices, next);
  else
    replace(cluster, endpointSlices, {
      current,
      next: { ...next, metadata: { ...current.metadata, labels } },
    });
}
