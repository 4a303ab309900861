import { Field, Int, ObjectType } from 'type-graphql';
import { Product } from '../../../runtime/graph/product.type.js';
import { ClusterProfile, ClusterSpec, ClusterType } from '../entities/cluster.enums.js';
import {
  ClusterCapability,
  ClusterKindName,
  ContainerRuntime,
  ControlPlaneOwner,
} from '../entities/cluster-kind.enums.js';

@ObjectType({ description: 'One way to make clusters of a kind, and what it is sold as.' })
export class ClusterKindVariant {
  @Field(() => ClusterType, { description: 'The type to ask for.' })
  type: ClusterType;

  @Field(() => ClusterProfile, { description: 'The profile to ask for.' })
  profile: ClusterProfile;

  @Field(() => ClusterSpec, {
    nullable: true,
    description: 'The edition to ask for; null where there are none.',
  })
  spec: ClusterSpec | null;

  @Field(() => Product, { description: 'What it is sold, limited and billed as.' })
  product: Product;

  @Field(() => ControlPlaneOwner, { description: 'Who runs the control plane.' })
  controlPlane: ControlPlaneOwner;

  @Field(() => Int, { description: 'Masters of the account: 3 or 0.' })
  masters: number;

  @Field(() => [String], { description: 'Quotas that its clusters take of, by resource.' })
  quotas: string[];
}

@ObjectType({ description: 'A kind of cluster and its rules.' })
export class ClusterKind {
  @Field(() => ClusterKindName, { description: 'Which one.' })
  name: ClusterKindName;

  @Field(() => String, { description: 'What it is for.' })
  description: string;

  @Field(() => ClusterCapability, {
    nullable: true,
    description: 'The capability that makes a cluster one of the kind; null when none does.',
  })
  capability: ClusterCapability | null;

  @Field(() => [ClusterKindVariant], { description: 'The ways to make one.' })
  variants: ClusterKindVariant[];

  @Field(() => Boolean, { description: 'Whether its clusters have node pools and nodes.' })
  nodePools: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The node pool that must be given with a new cluster; null when none must.',
  })
  requiredNodePool: string | null;

  @Field(() => [ContainerRuntime], { description: 'Container runtimes that its node pools may have.' })
  runtimes: ContainerRuntime[];

  @Field(() => [String], {
    description: 'Fields of CreateClusterInput that are refused with UNSUPPORTED_BY_KIND.',
  })
  unsupportedFields: string[];
}
