import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { KubernetesStatusError, KubernetesUnavailable } from '../../../engine/kubernetes/kubernetes-error.js';
import type { Platform } from '../../../engine/platform.js';
import type { OpenDatabase } from '../../../kernel/postgres/database.js';
import type { ClusterCatalogStore } from '../store/catalog.store.js';
import {
  blockersOf,
  upgradeCheckItems,
  type ClusterCheckItem,
  type RecordedNode,
} from '../model/cluster-check.rules.js';
import { ClusterCheckStore } from '../store/cluster-check.store.js';
import { type ClusterRow, ClusterStore } from '../store/cluster.store.js';
import { type ListedNode, NODES_PATH } from './kubernetes-nodes.js';
import { countByTypeAndZone, presentNodes } from './present-nodes.js';
import { removedBetween, supportOf } from '../model/release.rules.js';
import type { RemovedApiUse, ScanResult } from '../model/removed-api.rules.js';
import { scanRemovedApis } from './removed-api.scan.js';
import { upgradeTarget } from '../store/upgrade-target.js';
import { compareVersions, minorOf } from '../model/version.rules.js';

/** Maximum milliseconds for reading a cluster's Kubernetes API. */
const SCAN_TIMEOUT_MS = 30_000;

/** Dependencies of a check. */
export interface CheckPlatform extends Pick<Platform, 'kubernetes' | 'clock'> {
  readonly database: Pick<OpenDatabase, 'prisma'>;
}

/** Finds what blocks upgrades of clusters. */
export class UpgradeChecks {
  private readonly checks: ClusterCheckStore;

  constructor(
    private readonly platform: CheckPlatform,
    private readonly catalog: ClusterCatalogStore,
  ) {
    this.checks = new ClusterCheckStore(platform.database.prisma);
  }

  /**
   * Returns what blocks an upgrade of the account's cluster. Empty for a cluster that does not exist, is not RUNNING
   * or does not support the version: other validations reject those.
   */
  async upgradeBlockers(account: string, clusterId: string, version: string): Promise<ClusterCheckItem[]> {
    const [cluster] = await new ClusterStore(this.platform.database.prisma).byIds(account, [clusterId]);
    if (cluster?.state !== 'RUNNING') return [];
    const { versions } = await this.catalog.read();
    const database = this.platform.database.prisma;
    if (!(await upgradeTarget(cluster, version, { database, versions })).ok) return [];
    return this.blockersOf(cluster, version);
  }

  /** Returns what blocks an upgrade of a cluster that was read. */
  async blockersOf(cluster: ClusterRow, version: string): Promise<ClusterCheckItem[]> {
    return blockersOf(await this.items(cluster, version));
  }

  /** Runs the checks before an upgrade of a cluster that was read. */
  async items(cluster: ClusterRow, requested: string): Promise<ClusterCheckItem[]> {
    const { versions } = await this.catalog.read();
    const database = this.platform.database.prisma;
    const target = await upgradeTarget(cluster, requested, { database, versions });
    const client = await this.clientOf(cluster);
    const [nodes, scan] = await Promise.all([
      this.nodes(cluster, client),
      this.scan(cluster, { client, to: target.ok ? target.version : cluster.version }),
    ]);
    const newestPatch = target.ok ? versions.newestOf(minorOf(target.version)) : undefined;
    return upgradeCheckItems({
      version: cluster.version,
      support: supportOf(versions.status(cluster.version)),
      state: cluster.state,
      target,
      newestPatch,
      nodes: countByTypeAndZone(nodes),
      scan,
    });
  }

  /** Returns a client for the cluster's Kubernetes API; undefined if the platform has no access to it. */
  private async clientOf({ id, account }: ClusterRow): Promise<KubernetesClient | undefined> {
    const access = (await clusterAccess(this.platform.database.prisma, account, [id])).get(id);
    if (!access) return undefined;
    return new KubernetesClient(this.platform.kubernetes.of(access), {
      clusterId: id,
      signal: AbortSignal.timeout(SCAN_TIMEOUT_MS),
    });
  }

  /** Reads the nodes from Kubernetes; returns the recorded nodes if its API is unavailable. */
  private async nodes({ id }: ClusterRow, client: KubernetesClient | undefined): Promise<RecordedNode[]> {
    const recorded = await this.checks.nodes(id);
    if (!client) return recorded;
    try {
      return presentNodes(recorded, await client.all<ListedNode>(NODES_PATH));
    } catch (error) {
      // The scan reports an unavailable API as an item of its own; `messageOf` rethrows other errors.
      messageOf(error);
      return recorded;
    }
  }

  private async scan(
    { id, version }: ClusterRow,
    { client, to }: { readonly client: KubernetesClient | undefined; readonly to: string },
  ): Promise<ScanResult> {
    if (!client) return { kind: 'NO_API', message: `The cluster ${id} has no Kubernetes API yet.` };
    const { notes } = await this.catalog.read();
    const apis = removedBetween(notes.removedApis, null, minorOf(to));
    try {
      return splitUses(await scanRemovedApis(client, apis), minorOf(version));
    } catch (error) {
      return { kind: 'UNREACHABLE', message: messageOf(error) };
    }
  }
}

function splitUses(uses: readonly RemovedApiUse[], minor: string): ScanResult {
  const isAhead = ({ api }: RemovedApiUse) => compareVersions(api.removedIn, minor) > 0;
  return { kind: 'SCANNED', ahead: uses.filter(isAhead), past: uses.filter((use) => !isAhead(use)) };
}

/** Message for an error of the Kubernetes API; rethrows other errors. */
function messageOf(error: unknown): string {
  if (error instanceof KubernetesUnavailable) return 'The Kubernetes API cannot be reached now.';
  if (error instanceof KubernetesStatusError) return `The Kubernetes API rejected a list: ${error.message}`;
  throw error;
}
