import type { Database } from '../../../../kernel/postgres/database.js';
import { labelsOfKind } from '../../model/pool-labels.rules.js';
import { osOf } from '../../model/node-image.js';
import { maxPods, MOST_FLANNEL_PODS, type PodNetwork } from '../../model/max-pods.rules.js';
import { configOf } from '../../model/pool-config.js';
import type { Cluster, InstanceType, NodePool } from '../../store/reconcile.store.js';
import type { SnapshotNode } from './cluster-snapshot.js';
import type { CandidateNode } from '../../model/pod-placement.rules.js';
import { kubernetesTaints } from '../../model/taints.js';
import { findClusterNetwork } from '../../store/cluster-network.store.js';
import { findInstanceTypes } from '../../store/instance-type.store.js';

/** Resources reserved for the kubelet and the system: cores and GiB. */
const KEPT = { cpu: 0.1, memoryGiB: 1, diskGiB: 2 };
const GIB = 2 ** 30;

/** Inputs from which the resources of a new node are computed. */
export interface NodeTemplateInput {
  readonly cluster: Cluster;
  readonly network: PodNetwork | null;
  readonly types: ReadonlyMap<string, InstanceType>;
}

/** Reads the inputs for these pools in two statements. */
export async function templateFacts(
  database: Database,
  cluster: Cluster,
  pools: readonly NodePool[],
): Promise<NodeTemplateInput> {
  const ids = [...new Set(pools.flatMap(({ instanceTypes }) => instanceTypes))];
  const [network, types] = await Promise.all([
    findClusterNetwork(database, cluster.id),
    findInstanceTypes(database, ids),
  ]);
  return { cluster, network, types: new Map(types.map((type) => [type.id, type])) };
}

/**
 * Returns labels, taints and free resources of a new node of the pool. The free resources are those of a running node
 * of the first instance type without the requests of its DaemonSets; without such a node, they are computed from the
 * instance type. The zone label is omitted because a pool may span several zones. undefined if the instance type is
 * unknown.
 */
export function templateOf(
  pool: NodePool,
  { cluster, network, types }: NodeTemplateInput,
  running: readonly SnapshotNode[],
): CandidateNode | undefined {
  const [type] = pool.instanceTypes.flatMap((id) => types.get(id) ?? []);
  if (!type) return undefined;
  const { labels, taints, instanceConfig } = configOf(pool);
  const sample = running.find((node) => node.instanceType === type.id);
  return {
    labels: {
      'kubernetes.io/arch': type.architecture,
      'kubernetes.io/os': osOf(instanceConfig.imageId),
      'node.kubernetes.io/instance-type': type.id,
      'topology.kubernetes.io/region': cluster.regionId,
      'alibabacloud.com/nodepool-id': pool.id,
      ...labels,
      ...labelsOfKind(pool),
    },
    taints: kubernetesTaints(taints),
    free: sample?.empty ?? {
      cpu: type.vcpus - KEPT.cpu,
      memory: (type.memoryGiB - KEPT.memoryGiB) * GIB,
      pods: network ? maxPods(network, type) : MOST_FLANNEL_PODS,
      'ephemeral-storage': (instanceConfig.systemDisk.sizeGiB - KEPT.diskGiB) * GIB,
      ...devicesOf(type, pool),
    },
  };
}

/** Resources that device plugins report; shared GPUs are requested by memory. */
function devicesOf(type: InstanceType, { gpuSharing }: NodePool): Record<string, number> {
  return {
    ...(gpuSharing
      ? { 'aliyun.com/gpu-mem': type.gpus * type.gpuMemoryGiB }
      : { 'nvidia.com/gpu': type.gpus }),
    'aliyun.com/npu': type.npus,
    'alibabacloud.com/sgx_epc_MiB': type.epcGiB * 1024,
  };
}
