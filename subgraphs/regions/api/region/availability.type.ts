import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Product } from '../../../runtime/graph/product.type.js';

/** Whether a product can be had in a region. */
export enum Availability {
  AVAILABLE = 'AVAILABLE',
  UNAVAILABLE = 'UNAVAILABLE',
  COMING_SOON = 'COMING_SOON',
}

registerEnumType(Availability, {
  name: 'Availability',
  description: 'Whether a product can be had in a region.',
  valuesConfig: {
    AVAILABLE: { description: 'Clusters of the product can be created here.' },
    UNAVAILABLE: { description: 'The product is not offered here.' },
    COMING_SOON: { description: 'The product is announced for this region but not yet open.' },
  },
});

@ObjectType({ description: 'Whether one product can be had in one region.' })
export class ProductAvailability {
  @Field(() => Product, { description: 'The product.' })
  product: Product;

  @Field(() => Availability, { description: 'Whether it can be had in the region.' })
  availability: Availability;
}
