import type { InstanceType } from '../catalog.js';
import type { Taint } from '../cluster-port.js';
import type { InstanceRecord } from './records.js';

/** The instance type of virtual nodes: no machine, but container instances, as many as there are pods. */
const VIRTUAL_NODE = 'eci.virtual-node';
const TAINT: Taint = { key: 'virtual-kubelet.io/provider', value: 'alibabacloud', effect: 'NoSchedule' };
/** Capacity of a virtual node, above any request: container instances share no machine. */
const BOUNDLESS = 1_000_000;

/** Whether the request is for a virtual node. */
export function isVirtual({ instanceTypes }: { readonly instanceTypes: readonly string[] }): boolean {
  return instanceTypes[0] === VIRTUAL_NODE;
}

/** Type and zone of a virtual node; it takes no stock and no address. */
export function virtualNodeNetwork(
  zoneId: string | undefined,
): Pick<InstanceRecord, 'instanceType' | 'zoneId'> & { readonly maxPods: number } {
  return { instanceType: VIRTUAL_NODE, zoneId: zoneId ?? null, maxPods: BOUNDLESS };
}

/** How a virtual node registers: pods that tolerate its taint find room without end. */
export function asRegistered(
  instance: InstanceRecord,
  type: InstanceType,
): { readonly instance: InstanceRecord; readonly type: InstanceType } {
  if (type.id !== VIRTUAL_NODE) return { instance, type };
  return {
    instance: {
      ...instance,
      // Container instances have addresses of the VPC; this range has room for all of them.
      podCidr: `100.${64 + (instance.index % 64)}.0.0/16`,
      labels: { ...instance.labels, type: 'virtual-kubelet' },
      taints: [...instance.taints, TAINT],
    },
    type: { ...type, vcpus: BOUNDLESS, memoryGiB: BOUNDLESS },
  };
}
