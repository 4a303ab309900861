import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { BigIntScalar, DateTimeScalar, JSONScalar } from '../../../runtime/graph/scalars.js';
import { Product } from '../../../runtime/graph/product.type.js';
import { ClusterProfile, ClusterSpec, ClusterState, ClusterType } from './cluster.enums.js';
import { ClusterCapability, NetworkPlugin, StoragePlugin } from './cluster-kind.enums.js';

@ObjectType({ description: 'Condition of a resource, as in Kubernetes.' })
export class Condition {
  @Field(() => String, { description: 'Type of the condition, e.g. `ControlPlaneReady`.' })
  type: string;

  @Field(() => String, { description: '`True`, `False` or `Unknown`.' })
  status: string;

  @Field(() => String, { nullable: true, description: 'Reason for the status, as one CamelCase word.' })
  reason?: string | null;

  @Field(() => String, { nullable: true, description: 'Reason for the status (human-readable).' })
  message?: string | null;

  @Field(() => DateTimeScalar, { description: 'Time of the last change of the status.' })
  lastTransitionAt: string;
}

@Directive('@key(fields: "id")')
@ObjectType({ implements: Resource, description: 'A Kubernetes cluster of the account.' })
export class Cluster {
  @Field(() => ID, { description: 'Id of the cluster, `cluster_…`.' })
  id: string;

  @Field(() => String, {
    description: 'Name, unique among the clusters of the account that are not deleted.',
  })
  name: string;

  @Field(() => ClusterState, { description: 'State of the cluster.' })
  state: ClusterState;

  @Field(() => ClusterType, { description: 'Owner of the control plane.' })
  type: string;

  @Field(() => ClusterProfile, { description: 'Profile of the cluster.' })
  profile: ClusterProfile;

  @Field(() => ClusterSpec, {
    nullable: true,
    description: 'Edition of the cluster. Null for types without editions.',
  })
  spec: ClusterSpec | null;

  @Field(() => Product, { description: 'Product of the cluster, derived from its type, profile and spec.' })
  product: Product;

  @Field(() => ClusterCapability, {
    nullable: true,
    description: 'Special capability of the instances, e.g. GPUs. Null when the instances have none.',
  })
  capability: ClusterCapability | null;

  @Field(() => NetworkPlugin, { description: 'Network plugin (CNI).' })
  networkPlugin: NetworkPlugin;

  @Field(() => StoragePlugin, { description: 'Storage plugin: provides the volumes of pods.' })
  storagePlugin: StoragePlugin;

  @Field(() => DateTimeScalar, { description: 'Time of the request that created the cluster.' })
  createdAt: Date;

  @Field(() => BigIntScalar, {
    description:
      'Version of the cluster: increases with each visible change. Pass it to updateCluster to avoid lost updates.',
  })
  resourceVersion: bigint;

  @Field(() => Boolean, {
    description: 'Whether deletion protection is on: deleteCluster is rejected while it is.',
  })
  deletionProtection: boolean;

  @Field(() => JSONScalar, { description: 'Labels, as an object of strings.' })
  labels: unknown;

  @Field(() => [Condition], { description: 'Conditions of the cluster, as in Kubernetes.' })
  conditions: unknown;
}

@ObjectType({ description: "Credentials for a cluster's Kubernetes API." })
export class Kubeconfig {
  @Field(() => String, { description: 'A kubeconfig file (YAML) with one context. Secret.' })
  yaml: string;

  @Field(() => DateTimeScalar, { description: 'Expiry of the credentials.' })
  expiresAt: Date;
}

export const ClusterConnection = connectionOf('Cluster', () => Cluster);

export const ClusterOrder = orderOf('Cluster', { CREATED_AT: 'Time of creation.', NAME: 'Name.' });
export type ClusterOrder = InstanceType<typeof ClusterOrder>;
