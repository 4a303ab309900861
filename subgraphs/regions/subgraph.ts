import 'reflect-metadata';
import { AuditLog } from '../../access/audit/audit-log.js';
import type { Platform } from '../../engine/platform.js';
import { scopeGuard } from '../runtime/schema/scope-guard.js';
import { defineSubgraph } from '../runtime/schema/define-subgraph.js';
import type { Subgraph } from '../runtime/subgraph.js';
import { regionsAccess } from './access.js';
import { RegionCatalogStore } from './store/region-catalog.store.js';
import { RegionResolver, ZoneResolver } from './api/region/region.resolver.js';
import { RegionService } from './api/region/region.service.js';
import { TimeZoneResolver } from './api/time-zone/time-zone.resolver.js';
import { TimeZoneService } from './api/time-zone/time-zone.service.js';

interface Reference {
  readonly id: string;
}

/** Regions, zones, the availability of products, time zones. */
export function createRegionsSubgraph(
  platform: Pick<Platform, 'database' | 'clock' | 'rights'>,
): Promise<Subgraph> {
  const store = new RegionCatalogStore(platform.database.prisma);
  const regions = new RegionService(store);
  const timeZones = new TimeZoneService(store);
  return defineSubgraph({
    name: 'regions',
    guard: scopeGuard,
    access: { rules: regionsAccess, dependencies: platform },
    audit: new AuditLog(platform),
    resolvers: [
      new RegionResolver(regions, timeZones),
      new ZoneResolver(regions),
      new TimeZoneResolver(timeZones, platform.clock),
    ],
    references: {
      Region: ({ id }: Reference) => regions.region(id),
      Zone: ({ id }: Reference) => regions.zone(id),
      TimeZone: ({ id }: Reference) => timeZones.timeZone(id),
    },
  });
}
