import type { InstanceType } from '../catalog.js';
import type { Taint } from '../cluster-port.js';
import type { InstanceRecord } from './records.js';

/** Instance type of virtual nodes, which run each pod on a container instance. */
const VIRTUAL_NODE = 'eci.virtual-node';
const TAINT: Taint = { key: 'virtual-kubelet.io/provider', value: 'alibabacloud', effect: 'NoSchedule' };
/** Capacity of a virtual node, above any request: each container instance has its own resources. */
const VIRTUAL_NODE_CAPACITY = 1_000_000;

/** Whether the request is for a virtual node. */
export function isVirtual({ instanceTypes }: { readonly instanceTypes: readonly string[] }): boolean {
  return instanceTypes[0] === VIRTUAL_NODE;
}

/** Type and zone of a virtual node; it uses no stock and no address. */
export function virtualNodeNetwork(
  zoneId: string | undefined,
): Pick<InstanceRecord, 'instanceType' | 'zoneId'> & { readonly maxPods: number } {
  return { instanceType: VIRTUAL_NODE, zoneId: zoneId ?? null, maxPods: VIRTUAL_NODE_CAPACITY };
}

/** The instance with the taint and the capacity of a virtual node. */
export function asRegistered(
  instance: InstanceRecord,
  type: InstanceType,
): { readonly instance: InstanceRecord; readonly type: InstanceType } {
  if (type.id !== VIRTUAL_NODE) return { instance, type };
  return {
    instance: {
      ...instance,
      // Represents the VPC addresses of container instances.
      podCidr: `100.${64 + (instance.index % 64)}.0.0/16`,
      labels: { ...instance.labels, type: 'virtual-kubelet' },
      taints: [...instance.taints, TAINT],
    },
    type: { ...type, vcpus: VIRTUAL_NODE_CAPACITY, memoryGiB: VIRTUAL_NODE_CAPACITY },
  };
}
