import { Arg, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { CatalogRegion } from '../../store/region-catalog.store.js';
import { Product } from '../../../runtime/graph/product.type.js';
import { Availability, ProductAvailability } from './availability.type.js';
import { availabilityIn } from '../../model/region.rules.js';
import { Region, RegionFilter, Zone } from './region.type.js';
import type { RegionsService } from './region.service.js';
import { TimeZone } from '../time-zone/time-zone.type.js';

@Resolver(() => Region)
export class RegionResolver {
  constructor(private readonly service: RegionsService) {}

  @Query(() => Region, { nullable: true, description: 'A region; null when there is none of this id.' })
  region(
    @Arg('id', () => ID, { description: 'Id of the region; the documented id is taken, too.' }) id: string,
  ): Promise<Region | null> {
    return this.service.region(id);
  }

  @Query(() => [Region], { description: 'Every region, in the order of the ACK documentation.' })
  async regions(
    @Arg('filter', () => RegionFilter, { nullable: true, description: 'Which regions.' })
    filter?: RegionFilter | null,
  ): Promise<readonly Region[]> {
    return this.service.regions(filter ?? {});
  }

  @FieldResolver(() => TimeZone, { description: 'The time zone that the region lives by.' })
  timeZone(@Root() region: CatalogRegion): Promise<TimeZone | null> {
    return this.service.timeZone(region.timeZoneId);
  }

  @FieldResolver(() => [Zone], { description: 'Its zones.' })
  zones(@Root() region: CatalogRegion): readonly Zone[] {
    return region.zones;
  }

  @FieldResolver(() => [ProductAvailability], { description: 'For each product whether it can be had here.' })
  products(@Root() region: CatalogRegion): readonly ProductAvailability[] {
    return region.products;
  }

  @FieldResolver(() => Availability, { description: 'Whether the product can be had here.' })
  availability(
    @Root() region: CatalogRegion,
    @Arg('product', () => Product, { description: 'The product.' }) product: Product,
  ): Availability {
    return availabilityIn(region, product);
  }

  @FieldResolver(() => Region, {
    nullable: true,
    description: 'The nearest region, this one included, that offers the product; null when none does.',
  })
  nearestRegion(
    @Root() region: CatalogRegion,
    @Arg('product', () => Product, { description: 'The product.' }) product: Product,
  ): Promise<Region | null> {
    return this.service.nearestRegion(region, product);
  }
}

@Resolver(() => Zone)
export class ZoneResolver {
  constructor(private readonly service: RegionsService) {}

  @FieldResolver(() => Region, { description: 'The region that the zone is in.' })
  region(@Root() zone: Zone): Promise<Region | null> {
    return this.service.region(zone.regionId);
  }
}
