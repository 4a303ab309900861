import type { Platform } from '../../engine/platform.js';
import { scopeGuard } from '../runtime/schema/scope-guard.js';
import { defineSubgraph } from '../runtime/schema/define-subgraph.js';
import type { Subgraph } from '../runtime/subgraph.js';
import { RegionCatalogStore } from './store/region-catalog.store.js';
import { RegionResolver, ZoneResolver } from './api/region/region.resolver.js';
import { RegionsService } from './api/region/region.service.js';
import { TimeZoneResolver } from './api/time-zone/time-zone.resolver.js';

interface Reference {
  readonly id: string;
}

/** Regions, zones, what is offered where, time zones. */
export function createRegionsSubgraph(platform: Pick<Platform, 'database' | 'clock'>): Promise<Subgraph> {
  const service = new RegionsService(new RegionCatalogStore(platform.database.prisma));
  return defineSubgraph({
    name: 'regions',
    guard: scopeGuard,
    resolvers: [
      new RegionResolver(service),
      new ZoneResolver(service),
      new TimeZoneResolver(service, platform.clock),
    ],
    references: {
      Region: ({ id }: Reference) => service.region(id),
      Zone: ({ id }: Reference) => service.zone(id),
      TimeZone: ({ id }: Reference) => service.timeZone(id),
    },
  });
}
