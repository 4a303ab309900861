/** A high-risk operation that somebody has done to a cluster past the platform, and what it was done to. */
export interface Mishap {
  /** Id of the row in the list of high-risk operations, e.g. `cluster.api-server.1`. */
  readonly operation: string;
  readonly instanceId?: string | undefined;
  /** `namespace/name` of a Service, when it was done to its load balancer. */
  readonly service?: string | undefined;
  readonly nodePoolId?: string | undefined;
  /** The bounds that the scaling group had before. */
  readonly bounds?: { readonly minSize: number; readonly maxSize: number };
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
  /** The scaling group of a node pool is gone. */
  | 'GROUP_GONE'
  /** The scaling group takes no more instances than it has. */
  | 'GROUP_FULL'
  /** The node is Ready, but its network does not work. */
  | 'NODE_NETWORK'
  /** The node is Ready, but the health checks of its pods fail. */
  | 'NODE_PROBES'
  /** No load balancer can be made for a Service. */
  | 'NO_LOAD_BALANCERS'
  /** A Service's load balancer does not work. */
  | 'LOAD_BALANCER_DOWN'
  /** Names are not answered. */
  | 'DNS_DOWN';

export interface MishapKind {
  readonly effect: MishapEffect;
  /** What it is done to. */
  readonly target: 'CLUSTER' | 'DEDICATED_CLUSTER' | 'WORKER' | 'MASTER' | 'NODE_POOL' | 'SERVICE';
  /** Whether anything brings it back. */
  readonly mendable: boolean;
  /** Whether it is on the machine's system disk, so that a new disk ends it. */
  readonly onDisk: boolean;
}

type Nature = Partial<Pick<MishapKind, 'mendable' | 'onDisk'>>;
const kind = (
  target: MishapKind['target'],
  effect: MishapEffect,
  { mendable = true, onDisk = false }: Nature = {},
): MishapKind => ({ target, effect, mendable, onDisk });

const FOR_GOOD: Nature = { mendable: false };
const ON_DISK: Nature = { onDisk: true };

/** The high-risk operations that the simulation can act out. */
export const mishapKinds: Readonly<Record<string, MishapKind>> = {
  'cluster.api-server.1': kind('CLUSTER', 'API_DOWN', FOR_GOOD),
  'cluster.api-server.2': kind('WORKER', 'NODE_SILENT'),
  'cluster.worker-node.1': kind('WORKER', 'NODE_GONE', FOR_GOOD),
  'cluster.worker-node.2': kind('WORKER', 'NODE_SILENT', ON_DISK),
  'cluster.worker-node.3': kind('WORKER', 'NODE_SILENT', ON_DISK),
  'cluster.worker-node.4': kind('WORKER', 'NODE_SILENT'),
  'cluster.worker-node.5': kind('WORKER', 'NODE_SILENT', ON_DISK),
  'cluster.worker-node.6': kind('WORKER', 'NODE_SILENT', ON_DISK),
  'cluster.master-node.1': kind('MASTER', 'NODE_SILENT'),
  // A machine that has expired is stopped for good.
  'cluster.master-node.2': kind('MASTER', 'NODE_SILENT', FOR_GOOD),
  'cluster.master-node.3': kind('MASTER', 'NODE_SILENT', FOR_GOOD),
  'cluster.master-node.4': kind('DEDICATED_CLUSTER', 'API_DOWN'),
  'cluster.master-node.5': kind('MASTER', 'NODE_SILENT', FOR_GOOD),
  'cluster.master-node.6': kind('MASTER', 'NODE_SILENT'),
  'cluster.master-node.7': kind('MASTER', 'NODE_SILENT'),
  'cluster.master-node.8': kind('DEDICATED_CLUSTER', 'API_DOWN', FOR_GOOD),
  'cluster.master-node.9': kind('DEDICATED_CLUSTER', 'API_DOWN', FOR_GOOD),
  'cluster.access.1': kind('CLUSTER', 'NO_LOAD_BALANCERS'),
  'node-pool.scaling-group.1': kind('NODE_POOL', 'GROUP_GONE', FOR_GOOD),
  'node-pool.scaling-group.3': kind('WORKER', 'NODE_GONE', FOR_GOOD),
  'node-pool.scaling-group.5': kind('NODE_POOL', 'GROUP_FULL'),
  'network.kernel.1': kind('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.kernel.2': kind('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.kernel.3': kind('WORKER', 'NODE_PROBES', ON_DISK),
  'network.kernel.4': kind('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.kernel.5': kind('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.node.1': kind('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.node.2': kind('CLUSTER', 'DNS_DOWN'),
  'network.load-balancer.1': kind('SERVICE', 'LOAD_BALANCER_DOWN'),
  'network.load-balancer.2': kind('SERVICE', 'LOAD_BALANCER_DOWN'),
  'network.load-balancer.4': kind('SERVICE', 'LOAD_BALANCER_DOWN'),
};

/** Where the mishaps of a cluster are kept. */
export interface MishapPages {
  read(): readonly Mishap[];
  write(mishaps: readonly Mishap[]): void;
}

/** What a cluster suffers from: whoever is concerned looks here, and is told of changes. */
export class MishapBook {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly pages: MishapPages) {}

  all(): readonly Mishap[] {
    return this.pages.read();
  }

  /** The oldest with this effect. */
  first(effect: MishapEffect): Mishap | undefined {
    return this.all().find(({ operation }) => mishapKinds[operation]?.effect === effect);
  }

  /** The oldest that was done to an instance with this effect. */
  ofInstance(id: string, effect: MishapEffect): Mishap | undefined {
    return this.all().find(
      ({ instanceId, operation }) => instanceId === id && mishapKinds[operation]?.effect === effect,
    );
  }

  /** What was done to the load balancer of a Service (`namespace/name`). */
  ofService(service: string): Mishap | undefined {
    return this.all().find((mishap) => mishap.service === service);
  }

  add(mishap: Mishap): void {
    this.pages.write([...this.all(), mishap]);
    this.tell();
  }

  /** Ends those that are over. */
  end(isOver: (mishap: Mishap) => boolean): void {
    const left = this.all().filter((mishap) => !isOver(mishap));
    if (left.length === this.all().length) return;
    this.pages.write(left);
    this.tell();
  }

  /** Calls `listener` after each change. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
