import { Arg, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Product } from '../../../runtime/graph/product.type.js';
import { Availability, ProductAvailability } from './availability.type.js';
import type * as model from '../../model/region-catalog.js';
import { availabilityIn } from '../../model/region.rules.js';
import { Region, RegionFilter, Zone } from './region.type.js';
import type { RegionService } from './region.service.js';
import type { TimeZoneService } from '../time-zone/time-zone.service.js';
import { TimeZone } from '../time-zone/time-zone.type.js';

@Resolver(() => Region)
export class RegionResolver {
  constructor(
    private readonly service: RegionService,
    private readonly timeZones: TimeZoneService,
  ) {}

  @Query(() => Region, { nullable: true, description: 'A region. Null for an unknown id.' })
  region(
    @Arg('id', () => ID, { description: 'Id of the region; the documented id is accepted, too.' }) id: string,
  ): Promise<Region | null> {
    return this.service.region(id);
  }

  @Query(() => [Region], { description: 'Every region, in the order of the ACK documentation.' })
  async regions(
    @Arg('filter', () => RegionFilter, { nullable: true, description: 'Filter. Default: all.' })
    filter?: RegionFilter | null,
  ): Promise<readonly Region[]> {
    return this.service.regions(filter ?? {});
  }

  @FieldResolver(() => TimeZone, { description: 'The time zone of the region.' })
  timeZone(@Root() region: model.Region): Promise<TimeZone | null> {
    return this.timeZones.timeZone(region.timeZoneId);
  }

  @FieldResolver(() => [Zone], { description: 'Availability zones of the region.' })
  zones(@Root() region: model.Region): readonly model.Zone[] {
    return region.zones;
  }

  @FieldResolver(() => [ProductAvailability], { description: 'For each product whether it is offered here.' })
  products(@Root() region: model.Region): readonly ProductAvailability[] {
    return region.products;
  }

  @FieldResolver(() => Availability, { description: 'Whether the product is offered here.' })
  availability(
    @Root() region: model.Region,
    @Arg('product', () => Product, { description: 'The product.' }) product: Product,
  ): Availability {
    return availabilityIn(region, product);
  }

  @FieldResolver(() => Region, {
    nullable: true,
    description: 'Nearest region, this one included, that offers the product. Null if no region does.',
  })
  nearestRegion(
    @Root() region: model.Region,
    @Arg('product', () => Product, { description: 'The product.' }) product: Product,
  ): Promise<Region | null> {
    return this.service.nearestRegion(region, product);
  }
}

@Resolver(() => Zone)
export class ZoneResolver {
  constructor(private readonly service: RegionService) {}

  @FieldResolver(() => Region, { description: 'The region that the zone is in.' })
  region(@Root() zone: model.Zone): Promise<Region | null> {
    return this.service.region(zone.regionId);
  }
}
