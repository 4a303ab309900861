import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Cluster, Operation } from '../entities/entities.type.js';
import { ManifestObject } from '../manifest/manifest.type.js';
import { Workload } from '../workload/workload.type.js';

@InputType({ description: 'One manifest for several clusters.' })
export class ApplyManifestToClustersInput {
  @Field(() => [ID], { description: 'The clusters: 1 to 100, of any region and kind.' })
  clusterIds: string[];

  @Field(() => String, {
    description:
      'Kubernetes objects in YAML or JSON: 1 to 100 documents, at most 1 MiB. The same for each cluster.',
  })
  yaml: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Take over fields of other field managers (server-side apply with force). Default false: such a conflict is rejected.',
  })
  force?: boolean | null;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Result of a manifest in one cluster.' })
export class ClusterManifestResult {
  @Field(() => ID, { description: 'The id from `clusterIds`.' })
  clusterId: string;

  @Field(() => Cluster, {
    nullable: true,
    description:
      'The cluster with that id; null if the account has none, which `userErrors` reports as NOT_FOUND.',
  })
  cluster: Pick<Cluster, 'id'> | null;

  @Field(() => Boolean, { description: 'Whether the cluster accepted every object.' })
  ok: boolean;

  @Field(() => [ManifestObject], {
    description: 'Every object of the manifest, in its order; empty when none could be applied.',
  })
  objects: ManifestObject[];

  @Field(() => Workload, {
    nullable: true,
    description: 'The first workload of the manifest there; null without one, or when all were refused.',
  })
  workload: Workload | null;

  @Field(() => [UserError], { description: 'Errors of this cluster.' })
  userErrors: UserError[];
}

@ObjectType({
  description: 'Result of a manifest in several clusters. Some may have failed while others succeeded.',
})
export class ApplyManifestToClustersPayload {
  @Field(() => [ClusterManifestResult], {
    description:
      'One for each cluster, in the order of the input; empty if the request was rejected as a whole.',
  })
  results: ClusterManifestResult[];

  @Field(() => Operation, {
    nullable: true,
    description: 'Always null: Kubernetes has the objects when this answers.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Errors that rejected the request as a whole; empty otherwise.' })
  userErrors: UserError[];
}
