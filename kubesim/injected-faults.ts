/** A high-risk operation that was performed outside the platform, and its target. */
export interface InjectedFault {
  /** Id of the row in the list of high-risk operations, e.g. `cluster.api-server.1`. */
  readonly operation: string;
  readonly instanceId?: string | undefined;
  /** `namespace/name` of the Service, for a fault of a load balancer. */
  readonly service?: string | undefined;
  readonly nodePoolId?: string | undefined;
  /** `namespace/name` of the volume claim, for a fault of a volume. */
  readonly volumeClaim?: string | undefined;
  /** Uids of the pods that had mounted the volume. */
  readonly pods?: readonly string[];
  /** Bounds of the scaling group before the fault. */
  readonly bounds?: { readonly minSize: number; readonly maxSize: number };
  /** Milliseconds since the epoch. */
  readonly injectedAt: number;
}

export type FaultEffect =
  /** The API server cannot be reached. */
  | 'API_DOWN'
  /** The kubelet cannot be reached: the node is NotReady. */
  | 'NODE_UNREACHABLE'
  /** The instance is deleted. */
  | 'NODE_DELETED'
  /** The scaling group of a node pool is deleted. */
  | 'SCALING_GROUP_DELETED'
  /** The scaling group cannot grow. */
  | 'GROUP_FULL'
  /** The node is Ready, but its network does not work. */
  | 'NODE_NETWORK'
  /** The node is Ready, but the health checks of its pods fail. */
  | 'NODE_PROBES'
  /** No load balancer can be created for a Service. */
  | 'NO_LOAD_BALANCERS'
  /** The load balancer of a Service does not work. */
  | 'LOAD_BALANCER_DOWN'
  /** DNS queries time out. */
  | 'DNS_DOWN'
  /** Writes to the volume fail. */
  | 'VOLUME_FAILS'
  /** Writes to the volume go to the disk of the node. */
  | 'VOLUME_LOCAL'
  /** Accesses to the volume hang, and probes of its pods time out. */
  | 'VOLUME_HANGS';

export interface FaultDefinition {
  readonly effect: FaultEffect;
  /** Kind of the affected resource. */
  readonly target:
    | 'CLUSTER'
    | 'DEDICATED_CLUSTER'
    | 'WORKER'
    | 'MASTER'
    | 'NODE_POOL'
    | 'SERVICE'
    | 'DISK_VOLUME_CLAIM'
    | 'NAS_VOLUME_CLAIM';
  /** Whether remediation ends it. */
  readonly recoverable: boolean;
  /** Whether it is on the system disk, so that a disk replacement ends it. */
  readonly onDisk: boolean;
}

type DefinitionOptions = Partial<Pick<FaultDefinition, 'recoverable' | 'onDisk'>>;
const define = (
  target: FaultDefinition['target'],
  effect: FaultEffect,
  { recoverable = true, onDisk = false }: DefinitionOptions = {},
): FaultDefinition => ({ target, effect, recoverable, onDisk });

const PERMANENT: DefinitionOptions = { recoverable: false };
const ON_DISK: DefinitionOptions = { onDisk: true };

/** The high-risk operations that can be simulated. */
export const faultDefinitions: Readonly<Record<string, FaultDefinition>> = {
  'cluster.api-server.1': define('CLUSTER', 'API_DOWN', PERMANENT),
  'cluster.api-server.2': define('WORKER', 'NODE_UNREACHABLE'),
  'cluster.worker-node.1': define('WORKER', 'NODE_DELETED', PERMANENT),
  'cluster.worker-node.2': define('WORKER', 'NODE_UNREACHABLE', ON_DISK),
  'cluster.worker-node.3': define('WORKER', 'NODE_UNREACHABLE', ON_DISK),
  'cluster.worker-node.4': define('WORKER', 'NODE_UNREACHABLE'),
  'cluster.worker-node.5': define('WORKER', 'NODE_UNREACHABLE', ON_DISK),
  'cluster.worker-node.6': define('WORKER', 'NODE_UNREACHABLE', ON_DISK),
  'cluster.master-node.1': define('MASTER', 'NODE_UNREACHABLE'),
  // An expired instance stays stopped.
  'cluster.master-node.2': define('MASTER', 'NODE_UNREACHABLE', PERMANENT),
  'cluster.master-node.3': define('MASTER', 'NODE_UNREACHABLE', PERMANENT),
  'cluster.master-node.4': define('DEDICATED_CLUSTER', 'API_DOWN'),
  'cluster.master-node.5': define('MASTER', 'NODE_UNREACHABLE', PERMANENT),
  'cluster.master-node.6': define('MASTER', 'NODE_UNREACHABLE'),
  'cluster.master-node.7': define('MASTER', 'NODE_UNREACHABLE'),
  'cluster.master-node.8': define('DEDICATED_CLUSTER', 'API_DOWN', PERMANENT),
  'cluster.master-node.9': define('DEDICATED_CLUSTER', 'API_DOWN', PERMANENT),
  'cluster.access.1': define('CLUSTER', 'NO_LOAD_BALANCERS'),
  'node-pool.scaling-group.1': define('NODE_POOL', 'SCALING_GROUP_DELETED', PERMANENT),
  'node-pool.scaling-group.3': define('WORKER', 'NODE_DELETED', PERMANENT),
  'node-pool.scaling-group.5': define('NODE_POOL', 'GROUP_FULL'),
  'network.kernel.1': define('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.kernel.2': define('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.kernel.3': define('WORKER', 'NODE_PROBES', ON_DISK),
  'network.kernel.4': define('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.kernel.5': define('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.node.1': define('WORKER', 'NODE_NETWORK', ON_DISK),
  'network.node.2': define('CLUSTER', 'DNS_DOWN'),
  'network.load-balancer.1': define('SERVICE', 'LOAD_BALANCER_DOWN'),
  'network.load-balancer.2': define('SERVICE', 'LOAD_BALANCER_DOWN'),
  'network.load-balancer.4': define('SERVICE', 'LOAD_BALANCER_DOWN'),
  'storage.disk.1': define('DISK_VOLUME_CLAIM', 'VOLUME_FAILS'),
  'storage.disk.2': define('DISK_VOLUME_CLAIM', 'VOLUME_LOCAL'),
  'storage.disk.3': define('DISK_VOLUME_CLAIM', 'VOLUME_LOCAL', PERMANENT),
  'storage.nas.1': define('NAS_VOLUME_CLAIM', 'VOLUME_FAILS'),
  'storage.nas.2': define('NAS_VOLUME_CLAIM', 'VOLUME_HANGS'),
};

/** Storage of the faults of a cluster. */
export interface FaultStorage {
  read(): readonly InjectedFault[];
  write(faults: readonly InjectedFault[]): void;
}

/** Faults injected into a cluster. Listeners are called after each change. */
export class InjectedFaults {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly storage: FaultStorage) {}

  all(): readonly InjectedFault[] {
    return this.storage.read();
  }

  /** The oldest fault with the effect. */
  first(effect: FaultEffect): InjectedFault | undefined {
    return this.all().find(({ operation }) => faultDefinitions[operation]?.effect === effect);
  }

  /** The oldest fault of the instance with the effect. */
  ofInstance(id: string, effect: FaultEffect): InjectedFault | undefined {
    return this.all().find(
      ({ instanceId, operation }) => instanceId === id && faultDefinitions[operation]?.effect === effect,
    );
  }

  /** The fault of the load balancer of a Service (`namespace/name`). */
  ofService(service: string): InjectedFault | undefined {
    return this.all().find((fault) => fault.service === service);
  }

  /** The faults that affect the pod, oldest first. */
  ofPod(uid: string): InjectedFault[] {
    return this.all().filter(({ pods }) => pods?.includes(uid));
  }

  /** Removes deleted or restarted pods from recoverable faults; a fault without affected pods ends. */
  releasePods(uids: readonly string[], effect?: FaultEffect): void {
    const withoutPods = (fault: InjectedFault): InjectedFault => {
      const { effect: faultEffect, recoverable } = faultDefinitions[fault.operation] ?? {};
      if (!fault.pods || !recoverable || (effect && faultEffect !== effect)) return fault;
      const pods = fault.pods.filter((uid) => !uids.includes(uid));
      return pods.length === fault.pods.length ? fault : { ...fault, pods };
    };
    const before = this.all();
    const after = before.map(withoutPods);
    if (after.every((fault, index) => fault === before[index])) return;
    this.storage.write(after.filter(({ pods }) => pods?.length !== 0));
    this.notifyListeners();
  }

  add(fault: InjectedFault): void {
    this.storage.write([...this.all(), fault]);
    this.notifyListeners();
  }

  /** Ends the faults for which `isOver` returns true. */
  end(isOver: (fault: InjectedFault) => boolean): void {
    const active = this.all().filter((fault) => !isOver(fault));
    if (active.length === this.all().length) return;
    this.storage.write(active);
    this.notifyListeners();
  }

  /** Calls `listener` after each change. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  private notifyListeners(): void {
    for (const listener of this.listeners) listener();
  }
}
