import { Directive, Field, Float, ID, InputType, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { Product } from '../../../runtime/graph/product.type.js';
import type * as model from '../../model/region.enums.js';
import type { RegionSelection } from '../../model/region.rules.js';
import { Availability } from './availability.type.js';

export const Cloud = graphEnum<model.Cloud>('Cloud', 'The cloud that a region belongs to.', {
  PUBLIC: 'The public cloud.',
  FINANCE: 'A cloud for financial institutions.',
  GOVERNMENT: 'A cloud for public authorities.',
  LOCAL: 'A local region, close to one city.',
});
export type Cloud = model.Cloud;

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A place where clusters run.' })
export class Region {
  @Field(() => ID, { description: 'Id of the region, e.g. `cn-hangzhou`.' })
  id: string;

  @Field(() => ID, {
    description:
      'The id as the ACK documentation prints it. It differs for `cn-guangzhou`, and is accepted wherever an id is.',
  })
  documentedId: string;

  @Field(() => String, { description: 'Name in English, e.g. `China East 1`.' })
  name: string;

  @Field(() => String, { description: 'Name in the language of the region, e.g. `华东1`.' })
  localName: string;

  @Field(() => String, { description: 'City in English.' })
  city: string;

  @Field(() => String, { description: 'City in the language of the region.' })
  localCity: string;

  @Field(() => Cloud, { description: 'The cloud that the region belongs to.' })
  cloud: Cloud;

  @Field(() => Float, { description: 'Degrees north of the equator of its city.' })
  latitude: number;

  @Field(() => Float, { description: 'Degrees east of Greenwich of its city.' })
  longitude: number;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A zone of a region: a failure of one zone does not affect the others.' })
export class Zone {
  @Field(() => ID, { description: 'Id of the zone, e.g. `cn-hangzhou-a`.' })
  id: string;

  /** Id of its region; resolved as `region`. */
  regionId: string;
}

@InputType({ description: 'Filter of regions; all conditions are combined with AND.' })
export class RegionFilter implements RegionSelection {
  @Field(() => Cloud, { nullable: true, description: 'Regions of this cloud.' })
  cloud?: Cloud | null;

  @Field(() => Product, {
    nullable: true,
    description: 'Regions that offer this product (see `availability`).',
  })
  product?: Product | null;

  @Field(() => Availability, {
    nullable: true,
    description:
      'Regions where the product, or any product without `product`, has this availability. Default: AVAILABLE.',
  })
  availability?: Availability | null;

  @Field(() => ID, { nullable: true, description: 'Regions in this time zone (IANA name).' })
  timeZone?: string | null;
}
