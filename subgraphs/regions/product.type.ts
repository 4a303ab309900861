import { Field, ObjectType, registerEnumType } from 'type-graphql';

/** A kind of cluster as it is offered, limited and billed. */
export enum Product {
  ACK_PRO = 'ACK_PRO',
  ACK_STANDARD = 'ACK_STANDARD',
  ACK_DEDICATED = 'ACK_DEDICATED',
  ASK_PRO = 'ASK_PRO',
  ASK_STANDARD = 'ASK_STANDARD',
  EDGE_PRO = 'EDGE_PRO',
  EDGE_STANDARD = 'EDGE_STANDARD',
  REGISTERED = 'REGISTERED',
}

registerEnumType(Product, {
  name: 'Product',
  description:
    'A kind of cluster as it is offered, limited and billed; it follows from type, profile and spec.',
  valuesConfig: {
    ACK_PRO: {
      description: 'Managed Kubernetes, Pro: the platform runs the control plane, with a service level.',
    },
    ACK_STANDARD: { description: 'Managed Kubernetes, standard: the platform runs the control plane.' },
    ACK_DEDICATED: {
      description: "Dedicated Kubernetes: the control plane runs on the account's own nodes.",
    },
    ASK_PRO: { description: 'Serverless Kubernetes, Pro: pods without nodes to manage.' },
    ASK_STANDARD: { description: 'Serverless Kubernetes, standard: pods without nodes to manage.' },
    EDGE_PRO: { description: 'Managed Kubernetes for nodes at the edge, Pro.' },
    EDGE_STANDARD: { description: 'Managed Kubernetes for nodes at the edge, standard.' },
    REGISTERED: { description: 'A cluster that somebody else made, registered with the platform.' },
  },
});

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
