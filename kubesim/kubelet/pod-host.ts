import type { ClusterContext } from '../kubernetes/cluster/context.js';
import type { Pod } from '../kubernetes/kinds/core.js';
import { address, isNodeReady, nodes } from '../kubernetes/kinds/nodes.js';
import { hash32 } from '../random.js';

/** Where a bound pod runs. */
export interface PodHost {
  readonly hostIP: string;
  /** The network that its address is of, e.g. `10.64.3.0/24`. */
  readonly network: string;
  /** Whose addresses they are. */
  readonly owner: string;
  /** Simulated seconds until it can begin to pull images. */
  readonly boot: number;
}

/** Finds a pod's home; undefined while it cannot be reached. */
export type FindPodHost = (pod: Pod) => PodHost | undefined;

/** Pods of a node have addresses of its pod network. */
export function nodeHost(cluster: ClusterContext): FindPodHost {
  return ({ spec }) => {
    const node = spec.nodeName ? cluster.store.get(nodes, '', spec.nodeName) : undefined;
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

/** Simulated seconds in which a container instance boots, at least. */
const BOOT = 4;
/** Container instances get addresses of this many /24 parts of the network. */
const PARTS = 128;

/** A serverless cluster's pods have container instances of their own, with addresses of the network of the VPC. */
export function instanceHost(): FindPodHost {
  return ({ spec, metadata }) => {
    if (!spec.nodeName) return undefined;
    const part = hash32(metadata.uid) % PARTS;
    const network = `192.168.${part}.0/24`;
    return { hostIP: `192.168.${part}.0`, network, owner: network, boot: BOOT };
  };
}
