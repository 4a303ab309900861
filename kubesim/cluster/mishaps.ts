/** A high-risk operation that somebody has done to a cluster past the platform, and what it was done to. */
export interface Mishap {
  /** Id of the row in the list of high-risk operations, e.g. `cluster.api-server.1`. */
  readonly operation: string;
  readonly instanceId?: string | undefined;
  /** `namespace/name` of a Service, when it was done to its load balancer. */
  readonly service?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export type MishapEffect =
  /** The API server cannot be reached. */
  | 'API_DOWN'
  /** A kubelet falls silent: the node is NotReady. */
  | 'NODE_SILENT'
  /** The instance is gone. */
  | 'NODE_GONE'
  /** The node is Ready, but its network does not work. */
  | 'NODE_NETWORK'
  /** No load balancer can be made for a Service. */
  | 'NO_LOAD_BALANCERS'
  /** A Service's load balancer does not work. */
  | 'LOAD_BALANCER_DOWN'
  /** Names are not answered. */
  | 'DNS_DOWN';

export interface MishapKind {
  readonly effect: MishapEffect;
  /** What it is done to. */
  readonly target: 'CLUSTER' | 'WORKER' | 'MASTER' | 'SERVICE';
  /** Whether anything brings it back. */
  readonly mendable: boolean;
}

const kind = (target: MishapKind['target'], effect: MishapEffect, mendable = true): MishapKind => ({
  target,
  effect,
  mendable,
});

/** The high-risk operations that the simulation can act out. */
export const mishapKinds: Readonly<Record<string, MishapKind>> = {
  'cluster.api-server.1': kind('CLUSTER', 'API_DOWN', false),
  'cluster.api-server.2': kind('WORKER', 'NODE_SILENT'),
  'cluster.worker-node.1': kind('WORKER', 'NODE_GONE', false),
  'cluster.worker-node.2': kind('WORKER', 'NODE_SILENT'),
  'cluster.worker-node.3': kind('WORKER', 'NODE_SILENT'),
  'cluster.worker-node.4': kind('WORKER', 'NODE_SILENT'),
  'cluster.worker-node.5': kind('WORKER', 'NODE_SILENT'),
  'cluster.worker-node.6': kind('WORKER', 'NODE_SILENT'),
  'cluster.master-node.1': kind('MASTER', 'NODE_SILENT'),
  'cluster.master-node.3': kind('MASTER', 'NODE_SILENT', false),
  'cluster.master-node.4': kind('CLUSTER', 'API_DOWN'),
  'cluster.master-node.5': kind('MASTER', 'NODE_SILENT', false),
  'cluster.master-node.6': kind('MASTER', 'NODE_SILENT'),
  'cluster.master-node.7': kind('MASTER', 'NODE_SILENT'),
  'cluster.master-node.8': kind('CLUSTER', 'API_DOWN', false),
  'cluster.master-node.9': kind('CLUSTER', 'API_DOWN', false),
  'cluster.access.1': kind('CLUSTER', 'NO_LOAD_BALANCERS'),
  'network.kernel.1': kind('WORKER', 'NODE_NETWORK'),
  'network.kernel.2': kind('WORKER', 'NODE_NETWORK'),
  'network.kernel.4': kind('WORKER', 'NODE_NETWORK'),
  'network.kernel.5': kind('WORKER', 'NODE_NETWORK'),
  'network.node.1': kind('WORKER', 'NODE_NETWORK'),
  'network.node.2': kind('CLUSTER', 'DNS_DOWN'),
  'network.load-balancer.1': kind('SERVICE', 'LOAD_BALANCER_DOWN'),
  'network.load-balancer.2': kind('SERVICE', 'LOAD_BALANCER_DOWN'),
  'network.load-balancer.4': kind('SERVICE', 'LOAD_BALANCER_DOWN'),
};

/** What a cluster suffers from, for its controllers. */
export class MishapBook {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly read: () => readonly Mishap[]) {}

  has(effect: MishapEffect): boolean {
    return this.read().some(({ operation }) => mishapKinds[operation]?.effect === effect);
  }

  /** What was done to the load balancer of a Service (`namespace/name`). */
  ofService(service: string): Mishap | undefined {
    return this.read().find((mishap) => mishap.service === service);
  }

  /** Calls `listener` after each change. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  changed(): void {
    for (const listener of this.listeners) listener();
  }
}
