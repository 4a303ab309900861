import type { EventLog } from '../../../engine/events/event-log.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { runOutsideRequestScope } from '../../../kernel/request-scope.js';
import { timeZonesByName } from '../../../kernel/time-zone-names.js';
import { releaseNotes, type RemovedApiEntry } from '../model/release.rules.js';
import { checkVersions, kubernetesChanges, removedApis } from './release.store.js';
import { VersionPolicy } from '../model/version.rules.js';
import type { ClusterCatalog } from '../model/catalog.js';

/** The account in whose log the platform says what concerns all accounts; no token can name it. */
export const PLATFORM_ACCOUNT = '*';
/** Says that a Kubernetes version was published. */
export const VERSION_PUBLISHED = 'KUBERNETES_VERSION_PUBLISHED' as const;

/**
 * The catalog, read once per process: six statements at the first use, none afterwards. It changes by a release, which
 * restarts the process, and when a Kubernetes version is published: with `events` it is then read anew.
 */
export class ClusterCatalogStore {
  private loading: Promise<ClusterCatalog> | undefined;
  private following = false;

  constructor(
    private readonly database: Database,
    private readonly events?: Pick<EventLog, 'follow' | 'head'>,
  ) {}

  /** The catalog; a read that fails is tried again at the next use. */
  read(): Promise<ClusterCatalog> {
    this.loading ??= runOutsideRequestScope(() => this.begin()).catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  /** Has it read anew at the next use. */
  refresh(): void {
    this.loading = undefined;
  }

  private async begin(): Promise<ClusterCatalog> {
    if (this.events && !this.following) {
      // The position comes before the reading, so that nothing published in between is missed.
      const after = await this.events.head(PLATFORM_ACCOUNT);
      this.following = true;
      void this.follow(this.events, after);
    }
    return this.load();
  }

  /** Until the log is closed or cannot be read; then the next reading follows it again. */
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
