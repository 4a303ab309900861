import { Directive, Field, Float, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { Product } from '../../../runtime/graph/product.type.js';
import { Availability } from './availability.type.js';

/** The cloud that a region belongs to. */
export enum Cloud {
  PUBLIC = 'PUBLIC',
  FINANCE = 'FINANCE',
  GOVERNMENT = 'GOVERNMENT',
  LOCAL = 'LOCAL',
}

registerEnumType(Cloud, {
  name: 'Cloud',
  description: 'The cloud that a region belongs to.',
  valuesConfig: {
    PUBLIC: { description: 'Open to everybody.' },
    FINANCE: { description: 'For finance institutions.' },
    GOVERNMENT: { description: 'For public authorities.' },
    LOCAL: { description: 'A local region: close to one city.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A place where clusters run.' })
export class Region {
  @Field(() => ID, { description: 'Id of the region, e.g. `cn-hangzhou`.' })
  id: string;

  @Field(() => ID, {
    description:
      'The id as the ACK documentation prints it. It differs for `cn-guangzhou`, and is taken wherever an id is.',
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
@ObjectType({ description: 'A zone of a region: what fails there leaves the other zones running.' })
export class Zone {
  @Field(() => ID, { description: 'Id of the zone, e.g. `cn-hangzhou-a`.' })
  id: string;

  /** Id of its region; shown as `region`. */
  regionId: string;
}

@InputType({ description: 'Which regions to list; what is given must all hold.' })
export class RegionFilter {
  @Field(() => Cloud, { nullable: true, description: 'Regions of this cloud.' })
  cloud?: Cloud | null;

  @Field(() => Product, {
    nullable: true,
    description: 'Regions where this product can be had (see `availability`).',
  })
  product?: Product | null;

  @Field(() => Availability, {
    nullable: true,
    description:
      'What the product must be there; AVAILABLE when not given. Without `product`: some product is that.',
  })
  availability?: Availability | null;

  @Field(() => ID, { nullable: true, description: 'Regions that live by this time zone (IANA name).' })
  timeZone?: string | null;
}
