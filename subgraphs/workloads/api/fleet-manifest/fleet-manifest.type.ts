import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Cluster, Operation } from '../entities/entities.type.js';
import { ManifestObject } from '../manifest/manifest.type.js';
import { Workload } from '../workload/workload.type.js';

@InputType({ description: 'A manifest to apply to several clusters.' })
export class ApplyManifestToClustersInput {
  @Field(() => [ID], { description: 'Ids of the clusters, of any region and kind: 1 to 100.' })
  clusterIds: string[];

  @Field(() => String, {
    description:
      'Kubernetes objects in YAML or JSON: 1 to 100 documents, at most 1 MiB. Applied to each cluster.',
  })
  yaml: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether to take over fields of other field managers (server-side apply with force). Default: false, such a conflict is rejected.',
  })
  force?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Result of a manifest in one cluster.' })
export class ClusterManifestResult {
  @Field(() => ID, { description: 'Id of the cluster, as in `clusterIds`.' })
  clusterId: string;

  @Field(() => Cluster, {
    nullable: true,
    description: 'Cluster with that id. Null if the account has none; `userErrors` then has NOT_FOUND.',
  })
  cluster: Pick<Cluster, 'id'> | null;

  @Field(() => Boolean, { description: 'Whether the cluster accepted every object.' })
  ok: boolean;

  @Field(() => [ManifestObject], {
    description: 'Objects of the manifest, in its order. Empty when none could be applied.',
  })
  objects: ManifestObject[];

  @Field(() => Workload, {
    nullable: true,
    description:
      'First workload of the manifest in this cluster. Null when the manifest has none or all were rejected.',
  })
  workload: Workload | null;

  @Field(() => [UserError], { description: 'Errors of this cluster.' })
  userErrors: UserError[];
}

@ObjectType({
  description: 'Payload of applyManifestToClusters. Some clusters may fail while others succeed.',
})
export class ApplyManifestToClustersPayload {
  @Field(() => [ClusterManifestResult], {
    description:
      'Results, one for each cluster, in the order of the input. Empty if the request was rejected as a whole.',
  })
  results: ClusterManifestResult[];

  @Field(() => Operation, {
    nullable: true,
    description: 'Always null: the objects are applied before the mutation returns.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Errors that rejected the request as a whole; empty otherwise.' })
  userErrors: UserError[];
}
