import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { InstanceType } from '../catalog.js';
import type { NodeHealth, NodeInstance } from '../cluster-port.js';
import { healthConditions } from '../kubernetes/cluster/node-conditions.js';
import { nodeObject } from '../kubernetes/cluster/node-object.js';
import { isNodeReady, nodes } from '../kubernetes/kinds/nodes.js';
import type { ObjectReader } from '../kubernetes/store/cluster-store.js';
import { type ClusterClient, MERGE_PATCH } from './cluster-client.js';
import { pathOf } from './object-cache.js';

/** Seconds between two renewals of a node's lease; the node controller waits 50 s for one. Those of kubelets. */
const RENEWAL_SECONDS = 10;
const LEASE_SECONDS = 40;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** A machine whose kubelet belongs to the cluster. */
interface Machine {
  readonly instance: NodeInstance;
  readonly type: InstanceType;
  readonly health: NodeHealth;
  /** Second of the interval in which its lease is renewed, so that not all are renewed at once. */
  readonly phase: number;
}

/** The API server as the registry uses it. */
interface Target {
  readonly client: ClusterClient;
  readonly objects: ObjectReader;
}

/**
 * Registers simulated machines at a real API server, as their kubelets would: creates the Node, reports its status, renews
 * its lease. A machine that is not ready stops its reports, and the node controller notices.
 */
export class NodeRegistry {
  private readonly machines = new Map<string, Machine>();
  /** The last report of each node: reports of one node follow each other. */
  private readonly reports = new Map<string, Promise<void>>();
  private readonly listeners = new Set<(nodeName: string) => void>();
  private target: Target | undefined;
  private timer: NodeJS.Timeout | undefined;
  private second = 0;

  constructor(
    private readonly regionId: string,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Reports to the API server from now on. */
  connect(target: Target): void {
    this.target = target;
    this.timer = setInterval(() => this.renewLeases(), 1_000);
    for (const name of this.machines.keys()) this.report(name);
  }

  /** Whether the machine exists and its kubelet works. */
  isReady(name: string): boolean {
    return this.machines.get(name)?.health.ready ?? false;
  }

  /** When the machine was switched off last. */
  stoppedAt(name: string): number | undefined {
    return this.machines.get(name)?.health.stoppedAt;
  }

  join(instance: NodeInstance, type: InstanceType): void {
    const { health = { ready: true, problems: {} }, phase = this.machines.size % RENEWAL_SECONDS } =
      this.machines.get(instance.name) ?? {};
    this.machines.set(instance.name, { instance, type, health, phase });
    this.report(instance.name);
  }

  /** Calls `listener` with the name of a node whose machine stops or works again. */
  onChange(listener: (nodeName: string) => void): void {
    this.listeners.add(listener);
  }

  setHealth(name: string, health: NodeHealth): void {
    const before = this.isReady(name);
    this.change(name, () => ({ health }));
    if (this.isReady(name) !== before) for (const listener of this.listeners) listener(name);
  }

  setVersion(name: string, version: string): void {
    this.change(name, ({ instance }) => ({ instance: { ...instance, version } }));
  }

  remove(name: string): void {
    if (this.machines.delete(name)) this.delete(name);
  }

  /** Stops the reports. */
  disconnect(): void {
    clearInterval(this.timer);
    this.target = undefined;
  }

  private change(name: string, changed: (machine: Machine) => Partial<Machine>): void {
    const machine = this.machines.get(name);
    if (!machine) return;
    this.machines.set(name, { ...machine, ...changed(machine) });
    this.report(name);
  }

  /** Creates the Node or updates its status, and renews its lease. */
  private report(name: string): void {
    this.send(name, async (target) => {
      const machine = this.machines.get(name);
      if (!machine?.health.ready) return;
      await this.register(target, machine);
      await this.renewLease(target, name);
    });
  }

  private async register({ client, objects }: Target, machine: Machine): Promise<void> {
    const now = this.clock.now();
    const { name } = machine.instance;
    const node = nodeObject(machine.instance, machine.type, { regionId: this.regionId, now });
    const existing = objects.get(nodes, '', name);
    if (!existing) {
      const { status } = await client.call({ method: 'POST', path: pathOf(nodes), body: node });
      if (status !== 409) return;
    }
    const conditions =
      (existing && healthConditions(existing, machine.health, now)) ?? existing?.status.conditions;
    const patch = { method: 'PATCH', type: MERGE_PATCH } as const;
    const path = pathOf(nodes, { name });
    const status = { ...node.status, conditions: conditions ?? node.status.conditions };
    await client.call({ ...patch, path: `${path}/status`, body: { status } });
    await client.call({ ...patch, path, body: { metadata: { labels: node.metadata.labels } } });
  }

  /** Deletes the Nodes of machines that are gone, whose deletion failed or which a late report has created again. */
  private deleteLeftovers(): void {
    for (const { metadata, spec } of this.target?.objects.all(nodes) ?? [])
      if (!this.machines.has(metadata.name) && spec.providerID?.startsWith(`${this.regionId}.`))
        this.delete(metadata.name);
  }

  private delete(name: string): void {
    this.target?.client
      .call({ method: 'DELETE', path: pathOf(nodes, { name }) })
      .catch((err: unknown) => this.log.debug({ err, node: name }, 'the deletion of a Node failed'));
  }

  private renewLeases(): void {
    this.second = (this.second + 1) % RENEWAL_SECONDS;
    if (this.second === 0) this.deleteLeftovers();
    for (const [name, { health, phase }] of this.machines) {
      if (!health.ready || phase !== this.second) continue;
      const known = this.target?.objects.get(nodes, '', name);
      // Deleted by a client, its last report failed, or its lease was renewed too late and the node controller has set it to unknown.
      if (known && isNodeReady(known)) this.send(name, (target) => this.renewLease(target, name));
      else this.report(name);
    }
  }

  private async renewLease({ client, objects }: Target, name: string): Promise<void> {
    const renewTime = this.clock.now().toISOString().replace('Z', '000Z');
    const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    const path = `${LEASES}/${name}`;
    const { status } = await client.call({ method: 'PATCH', path, type: MERGE_PATCH, body: { spec } });
    if (status !== 404) return;
    const uid = objects.get(nodes, '', name)?.metadata.uid;
    const ownerReferences = uid === undefined ? [] : [{ apiVersion: 'v1', kind: 'Node', name, uid }];
    const metadata = { name, ownerReferences };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    await client.call({ method: 'POST', path: LEASES, body });
  }

  /** Sends a report after those before it. The next renewal repeats what fails. */
  private send(name: string, work: (target: Target) => Promise<void>): void {
    const { target } = this;
    if (!target) return;
    const report = (this.reports.get(name) ?? Promise.resolve())
      .then(() => work(target))
      .catch((err: unknown) => this.log.debug({ err, node: name }, 'a report of a kubelet failed'))
      .finally(() => {
        if (this.reports.get(name) === report) this.reports.delete(name);
      });
    this.reports.set(name, report);
  }
}
