import type { Clock } from '../../../kernel/clock.js';
import type { NodeHealth } from '../../cluster-port.js';

/** Simulated seconds between two renewals of a node's lease, and two comparisons of its status: those of kubelets. */
export const RENEWAL_SECONDS = 10;
/** Simulated seconds without a renewal after which nothing is known of a node: `--node-monitor-grace-period`. */
const GRACE_SECONDS = 50;

/** The machines of the nodes: which of them the control plane does not reach, and when their kubelets renewed their leases. */
export class Machines {
  /** When the kubelets of unreachable machines renewed their leases last, in milliseconds, by the names of the nodes. */
  private readonly unreachable = new Map<string, number>();
  /** What the kubelets report, by the names of the nodes. */
  private readonly reports = new Map<string, NodeHealth>();
  private readonly listeners = new Set<(nodeName: string) => void>();

  constructor(private readonly cluster: { readonly clock: Clock; scaled(seconds: number): number }) {}

  isReachable(nodeName: string): boolean {
    return !this.unreachable.has(nodeName);
  }

  /** The last renewal of a node's lease. */
  renewedAt(nodeName: string): Date {
    const now = this.cluster.clock.now().getTime();
    return new Date(this.unreachable.get(nodeName) ?? now - (now % this.cluster.scaled(RENEWAL_SECONDS)));
  }

  /** When the node controller gives up to wait for a renewal, in milliseconds; undefined for a machine that is reachable. */
  lostAt(nodeName: string): number | undefined {
    const renewedAt = this.unreachable.get(nodeName);
    return renewedAt === undefined ? undefined : renewedAt + this.cluster.scaled(GRACE_SECONDS);
  }

  /** The machine is not reachable from now on. `renewedAt`: the last renewal of one that was unreachable before a restart. */
  disconnect(nodeName: string, renewedAt = this.renewedAt(nodeName).getTime()): void {
    if (this.unreachable.has(nodeName)) return;
    this.unreachable.set(nodeName, renewedAt);
    this.notify(nodeName);
  }

  connect(nodeName: string): void {
    if (this.unreachable.delete(nodeName)) this.notify(nodeName);
  }

  /** What the kubelet of a node reports; undefined if nothing is known of its machine. */
  reportOf(nodeName: string): NodeHealth | undefined {
    return this.reports.get(nodeName);
  }

  setReport(nodeName: string, health: NodeHealth): void {
    this.reports.set(nodeName, health);
  }

  /** The machine of a node is gone. */
  remove(nodeName: string): void {
    this.reports.delete(nodeName);
    this.connect(nodeName);
  }

  /** Calls `listener` with the name of the node after its machine was connected or disconnected. */
  onChange(listener: (nodeName: string) => void): void {
    this.listeners.add(listener);
  }

  private notify(nodeName: string): void {
    for (const listener of this.listeners) listener(nodeName);
  }
}
