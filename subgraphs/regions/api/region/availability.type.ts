import { Field, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { Product } from '../../../runtime/graph/product.type.js';
import type * as model from '../../model/region.enums.js';

export const Availability = graphEnum<model.Availability>(
  'Availability',
  'Availability of a product in a region.',
  {
    AVAILABLE: 'Clusters of the product can be created here.',
    UNAVAILABLE: 'The product is not offered here.',
    COMING_SOON: 'The product is announced for this region but not yet open.',
  },
);
export type Availability = model.Availability;

@ObjectType({ description: 'Availability of a product in a region.' })
export class ProductAvailability {
  @Field(() => Product, { description: 'The product.' })
  product: Product;

  @Field(() => Availability, { description: 'Whether it is offered in the region.' })
  availability: Availability;
}
