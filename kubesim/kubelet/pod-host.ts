import type { Pod } from '../kubernetes/kinds/core.js';
import { address, isNodeReady } from '../kubernetes/kinds/nodes.js';
import { hash32 } from '../random.js';
import type { KubeletClient } from '../kubelet-client.js';

/** Host of a bound pod. */
export interface PodHost {
  readonly hostIP: string;
  /** Network of the pod's address, e.g. `10.64.3.0/24`. */
  readonly network: string;
  /** Owner of the addresses. */
  readonly owner: string;
  /** Simulated seconds until the host can pull images. */
  readonly boot: number;
}

/** Finds the host of a pod; undefined while it is unreachable. */
export type FindPodHost = (pod: Pod) => PodHost | undefined;

/** Nodes as hosts: pods have addresses of the node's pod CIDR. */
export function nodeHost(cluster: Pick<KubeletClient, 'node'>): FindPodHost {
  return ({ spec }) => {
    const node = spec.nodeName ? cluster.node(spec.nodeName) : undefined;
    if (!node || !isNodeReady(node)) return undefined;
    const { name } = node.metadata;
    return {
      hostIP: address(node, 'InternalIP'),
      network: node.spec.podCIDR ?? '10.64.0.0/24',
      owner: name,
      boot: 0,
    };
  };
}

/** Minimum boot time of a container instance in simulated seconds. */
const BOOT_SECONDS = 4;
/** Number of /24 networks for the addresses of container instances. */
const SUBNETS = 128;

/** Container instances as hosts, one per pod of a serverless cluster, with addresses of the VPC. */
export function instanceHost(): FindPodHost {
  return ({ spec, metadata }) => {
    if (!spec.nodeName) return undefined;
    const part = hash32(metadata.uid) % SUBNETS;
    const network = `192.168.${part}.0/24`;
    return { hostIP: `192.168.${part}.0`, network, owner: network, boot: BOOT_SECONDS };
  };
}
