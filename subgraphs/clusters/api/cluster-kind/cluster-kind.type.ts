import { Field, Int, ObjectType } from 'type-graphql';
import { Product } from '../../../runtime/graph/product.type.js';
import { ClusterProfile, ClusterSpec, ClusterType } from '../entities/cluster.enums.js';
import {
  ClusterCapability,
  ClusterKindName,
  ContainerRuntime,
  ControlPlaneOwner,
} from '../entities/cluster-kind.enums.js';

@ObjectType({ description: 'One combination of type, profile and spec that gives a kind, with its product.' })
export class ClusterKindVariant {
  @Field(() => ClusterType, { description: 'The type to request.' })
  type: ClusterType;

  @Field(() => ClusterProfile, { description: 'The profile to request.' })
  profile: ClusterProfile;

  @Field(() => ClusterSpec, {
    nullable: true,
    description: 'The edition to request. Null if there is none.',
  })
  spec: ClusterSpec | null;

  @Field(() => Product, { description: 'Product of the clusters.' })
  product: Product;

  @Field(() => ControlPlaneOwner, { description: 'Owner of the control plane.' })
  controlPlane: ControlPlaneOwner;

  @Field(() => Int, { description: 'Number of masters that the account owns: 3 or 0.' })
  masters: number;

  @Field(() => [String], { description: 'Resources of the quotas that its clusters count against.' })
  quotas: string[];
}

@ObjectType({ description: 'A kind of cluster and its rules.' })
export class ClusterKind {
  @Field(() => ClusterKindName, { description: 'Name of the kind.' })
  name: ClusterKindName;

  @Field(() => String, { description: 'Description of the kind.' })
  description: string;

  @Field(() => ClusterCapability, {
    nullable: true,
    description: 'The capability that defines the kind. Null if none does.',
  })
  capability: ClusterCapability | null;

  @Field(() => [ClusterKindVariant], {
    description: 'Combinations of type, profile and spec that give this kind.',
  })
  variants: ClusterKindVariant[];

  @Field(() => Boolean, { description: 'Whether clusters of the kind have node pools and nodes.' })
  nodePools: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Node pool that createCluster requires. Null if it requires none.',
  })
  requiredNodePool: string | null;

  @Field(() => [ContainerRuntime], {
    description: 'Container runtimes that node pools of the kind can have.',
  })
  runtimes: ContainerRuntime[];

  @Field(() => [String], {
    description: 'Fields of CreateClusterInput that are rejected with UNSUPPORTED_BY_KIND.',
  })
  unsupportedFields: string[];
}
