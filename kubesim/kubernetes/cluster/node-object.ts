import type { InstanceType } from '../../catalog.js';
import type { NodeInstance } from '../../cluster-port.js';
import type { Node } from '../kinds/core.js';
import type { Draft } from '../kinds/object.js';
import { nodeConditions } from './node-conditions.js';
import { GPU_COUNT, GPU_MEMORY } from '../kinds/gpu-resources.js';

/** Label with the scheduling of GPUs: `cgpu` shares them by memory, with isolation. */
const GPU_SCHEDULE = 'ack.node.gpu.schedule';

/** Default maximum number of pods of a node. */
const PODS_PER_NODE = 256;

/** Default size of the system disk, and the part that the file system reserves. */
const SYSTEM_DISK_GIB = 120;
const FILE_SYSTEM_GIB = 2;

/** The Node that an instance's kubelet registers. */
export function nodeObject(
  instance: NodeInstance,
  type: InstanceType,
  facts: { readonly regionId: string; readonly now: Date },
): Draft<Node> {
  const { regionId, now } = facts;
  const podCIDR = instance.podCidr ?? `10.${64 + (instance.index >> 8)}.${instance.index & 255}.0/24`;
  const pods = { pods: String(instance.maxPods ?? PODS_PER_NODE) };
  const { sizeGiB = SYSTEM_DISK_GIB } = instance.systemDisk ?? {};
  const storage = { 'ephemeral-storage': `${(sizeGiB - FILE_SYSTEM_GIB) * 2 ** 20}Ki` };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: instance.name,
      labels: labelsOf(instance, type, regionId),
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: {
      podCIDR,
      podCIDRs: [podCIDR],
      providerID: `${regionId}.${instance.id}`,
      ...(instance.taints.length > 0 ? { taints: instance.taints } : {}),
    },
    status: {
      capacity: {
        ...resourcesOf(type, { cpu: 0, memoryMi: 0 }),
        ...storage,
        ...pods,
        ...devicesOf(instance, type),
      },
      allocatable: {
        ...resourcesOf(type, { cpu: 0.1, memoryMi: 1_024 }),
        ...storage,
        ...pods,
        ...devicesOf(instance, type),
      },
      conditions: nodeConditions(now),
      addresses: [
        {
          type: 'InternalIP',
          address: instance.address ?? `192.168.${instance.index >> 8}.${(instance.index & 255) + 1}`,
        },
        { type: 'Hostname', address: instance.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: nodeInfo(instance, type),
    },
  };
}

function labelsOf(instance: NodeInstance, type: InstanceType, regionId: string): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': type.architecture,
    'beta.kubernetes.io/os': osOf(instance).family,
    'kubernetes.io/arch': type.architecture,
    'kubernetes.io/os': osOf(instance).family,
    'kubernetes.io/hostname': instance.name,
    'node.kubernetes.io/instance-type': type.id,
    'topology.kubernetes.io/region': regionId,
    'topology.kubernetes.io/zone': instance.zoneId ?? '',
    ...(instance.nodePoolId ? { 'alibabacloud.com/nodepool-id': instance.nodePoolId } : {}),
    ...(instance.master ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
    ...instance.labels,
  };
}

function resourcesOf(
  type: InstanceType,
  kept: { readonly cpu: number; readonly memoryMi: number },
): Record<string, string> {
  const milli = Math.round((type.vcpus - kept.cpu) * 1000);
  return {
    cpu: milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`,
    memory: `${Math.round((type.memoryGiB * 1024 - kept.memoryMi) * 1024)}Ki`,
    pods: String(PODS_PER_NODE),
  };
}

/** Resources of device plugins. Pods request memory of shared GPUs, not cards. */
function devicesOf({ labels }: NodeInstance, type: InstanceType): Record<string, string> {
  const { gpus, gpuMemoryGiB, npus, epcGiB } = type;
  const shared = labels[GPU_SCHEDULE] === 'cgpu';
  return {
    ...(gpus > 0 && !shared && { 'nvidia.com/gpu': String(gpus) }),
    ...(gpus > 0 && shared && { [GPU_MEMORY]: String(gpus * gpuMemoryGiB), [GPU_COUNT]: String(gpus) }),
    ...(npus > 0 && { 'aliyun.com/npu': String(npus) }),
    ...(epcGiB > 0 && { 'alibabacloud.com/sgx_epc_MiB': String(epcGiB * 1024) }),
  };
}

/** Operating system of an instance; default that of the oldest image. */
function osOf({ os }: NodeInstance): NonNullable<NodeInstance['os']> {
  return os ?? { name: 'Alibaba Cloud Linux 2.1903 LTS 64-bit', family: 'linux' };
}

function nodeInfo(instance: NodeInstance, { architecture }: InstanceType): Record<string, string> {
  const { id, version } = instance;
  const os = osOf(instance);
  return {
    architecture,
    bootID: id,
    containerRuntimeVersion: 'containerd://1.6.36',
    kernelVersion: '4.19.91-26.al7.x86_64',
    kubeProxyVersion: '',
    kubeletVersion: `v${version}`,
    machineID: id,
    operatingSystem: os.family,
    osImage: `${os.name} (simulated)`,
    systemUUID: id,
  };
}
