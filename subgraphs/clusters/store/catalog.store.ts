import type { EventLog } from '../../../engine/events/event-log.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { runOutsideRequestScope } from '../../../kernel/request-scope.js';
import { timeZonesByName } from '../../../kernel/time-zone-names.js';
import { releaseNotes, type RemovedApiEntry } from '../model/release.rules.js';
import { checkVersions, kubernetesChanges, removedApis } from './release.store.js';
import { VersionPolicy } from '../model/version.rules.js';
import type { ClusterCatalog } from '../model/catalog.js';

/** The account whose event log contains events that concern all accounts; no token can name it. */
export const PLATFORM_ACCOUNT = '*';
/** Event type for a published Kubernetes version. */
export const VERSION_PUBLISHED = 'KUBERNETES_VERSION_PUBLISHED' as const;

/**
 * Caches the catalog: six statements on first use, none afterwards. It changes with a release, which restarts the
 * process, and when a Kubernetes version is published: with `events` the cache is then cleared.
 */
export class ClusterCatalogStore {
  private loading: Promise<ClusterCatalog> | undefined;
  private following = false;

  constructor(
    private readonly database: Database,
    private readonly events?: Pick<EventLog, 'follow' | 'head'>,
  ) {}

  /** Returns the catalog; a failed read is retried on next use. */
  read(): Promise<ClusterCatalog> {
    this.loading ??= runOutsideRequestScope(() => this.begin()).catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  /** Clears the cache. */
  refresh(): void {
    this.loading = undefined;
  }

  private async begin(): Promise<ClusterCatalog> {
    if (this.events && !this.following) {
      // Read the position before the catalog, so that no event in between is missed.
      const after = await this.events.head(PLATFORM_ACCOUNT);
      this.following = true;
      void this.follow(this.events, after);
    }
    return this.load();
  }

  /** Follows the log until it is closed or fails; the next read then follows it again. */
  private async follow(events: Pick<EventLog, 'follow'>, after: bigint): Promise<void> {
    try {
      for await (const { type } of events.follow(PLATFORM_ACCOUNT, { after })) {
        if (type === VERSION_PUBLISHED) this.refresh();
      }
    } catch {
      this.refresh();
    } finally {
      this.following = false;
    }
  }

  private async load(): Promise<ClusterCatalog> {
    const [regions, zones, cells, timeZones, instanceTypes, versions] = await Promise.all([
      this.database.region.findMany({ orderBy: { position: 'asc' } }),
      this.database.zone.findMany({ orderBy: { id: 'asc' } }),
      this.database.productAvailability.findMany(),
      this.database.timeZone.findMany({ orderBy: { position: 'asc' } }),
      this.database.instanceType.findMany({
        orderBy: [{ vcpus: 'asc' }, { memoryGiB: 'asc' }, { id: 'asc' }],
      }),
      this.database.kubernetesVersion.findMany().then(checkVersions),
    ]);
    const zonesOf = Map.groupBy(zones, (zone) => zone.regionId);
    const cellsOf = Map.groupBy(cells, (cell) => cell.regionId);
    const complete = regions.map((region) => ({
      id: region.id,
      name: region.name,
      timeZone: region.timeZone,
      latitude: region.latitude,
      longitude: region.longitude,
      zoneIds: (zonesOf.get(region.id) ?? []).map((zone) => zone.id),
      availability: new Map((cellsOf.get(region.id) ?? []).map((cell) => [cell.product, cell.availability])),
      documentedId: region.documentedId,
    }));
    return {
      regions: new Map(
        complete.flatMap((region) => [
          [region.documentedId, region],
          [region.id, region],
        ]),
      ),
      timeZoneNamed: timeZonesByName(timeZones),
      instanceTypes: new Map(instanceTypes.map((type) => [type.id, type])),
      versions: new VersionPolicy(versions),
      notes: releaseNotes(
        { changes: await kubernetesChanges.entries(), removedApis: await removedApis.entries() },
        versions.map((version) => ({
          ...version,
          removedApis: version.removedApis as unknown as RemovedApiEntry[],
        })),
      ),
    };
  }
}
