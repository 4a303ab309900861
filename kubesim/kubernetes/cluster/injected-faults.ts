/** A high-risk operation that somebody has done to a cluster past the platform, and what it was done to. */
export interface Mishap {
  /** Id of the row in the list of high-risk operations, e.g. `cluster.api-server.1`. */
  readonly operation: string;
  readonly instanceId?: string | undefined;
  /** `namespace/name` of a Service, when it was done to its load balancer. */
  readonly service?: string | undefined;
  readonly nodePoolId?: string | undefined;
  /** `namespace/name` of a volume claim, when it was done to its volume. */
  readonly volumeClaim?: string | undefined;
  /** The uids of the pods that suffer from what was done to a volume: who mounts it later does not. */
  readonly pods?: readonly string[];
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
  | 'DNS_DOWN'
  /** What pods write to their volume fails. */
  | 'VOLUME_FAILS'
  /** What pods write to their volume goes to the disk of the node. */
  | 'VOLUME_LOCAL'
  /** What pods do with their volume takes for ever, so they answer no probe. */
  | 'VOLUME_HANGS';

export interface MishapKind {
  readonly effect: MishapEffect;
  /** What it is done to. */
  readonly target:
    | 'CLUSTER'
    | 'DEDICATED_CLUSTER'
    | 'WORKER'
    | 'MASTER'
    | 'NODE_POOL'
    | 'SERVICE'
    | 'DISK_CLAIM'
    | 'NAS_CLAIM';
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
  'storage.disk.1': kind('DISK_CLAIM', 'VOLUME_FAILS'),
  'storage.disk.2': kind('DISK_CLAIM', 'VOLUME_LOCAL'),
  'storage.disk.3': kind('DISK_CLAIM', 'VOLUME_LOCAL', FOR_GOOD),
  'storage.nas.1': kind('NAS_CLAIM', 'VOLUME_FAILS'),
  'storage.nas.2': kind('NAS_CLAIM', 'VOLUME_HANGS'),
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

  /** What the pod suffers from, oldest first. */
  ofPod(uid: string): Mishap[] {
    return this.all().filter(({ pods }) => pods?.includes(uid));
  }

  /** Pods are gone or have begun anew, so they suffer no more; what nobody suffers from is over, if it can be mended. */
  relieve(uids: readonly string[], effect?: MishapEffect): void {
    const relieved = (mishap: Mishap): Mishap => {
      const { effect: its, mendable } = mishapKinds[mishap.operation] ?? {};
      if (!mishap.pods || !mendable || (effect && its !== effect)) return mishap;
      const pods = mishap.pods.filter((uid) => !uids.includes(uid));
      return pods.length === mishap.pods.length ? mishap : { ...mishap, pods };
    };
    const before = this.all();
    const after = before.map(relieved);
    if (after.every((mishap, index) => mishap === before[index])) return;
    this.pages.write(after.filter(({ pods }) => pods?.length !== 0));
    this.tell();
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
