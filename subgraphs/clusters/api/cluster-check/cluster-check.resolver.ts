import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCheckStore } from '../../store/cluster-check.store.js';
import { ClusterCheck, RunClusterCheckInput, RunClusterCheckPayload } from './cluster-check.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import type { ClusterCheckService } from './cluster-check.service.js';
import { loadById } from '../entities/data-loaders.js';

@Resolver()
export class ClusterCheckResolver {
  constructor(
    private readonly service: ClusterCheckService,
    private readonly store: ClusterCheckStore,
  ) {}

  @Query(() => ClusterCheck, {
    nullable: true,
    description: 'A check of a cluster of the account. Null if it does not exist.',
  })
  clusterCheck(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the check.' }) id: string,
  ) {
    return loadById(context, this.store.byIds, id);
  }

  @Mutation(() => RunClusterCheckPayload, {
    description:
      'Checks whether a change is blocked: by the version policy, the state of cluster and nodes, or objects that were written with APIs that Kubernetes removed up to the new version. Of each kind with such an API the first 5,000 objects are scanned; an object counts if a field manager (`metadata.managedFields`) or the last manifest of `kubectl apply` (its annotation) has the removed apiVersion, or if the kind itself is removed. Changes nothing in the cluster.',
  })
  async runClusterCheck(
    @Ctx() context: RequestContext,
    @Arg('input', () => RunClusterCheckInput, { description: 'The cluster and the check.' })
    input: RunClusterCheckInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    const result = await toResult(() => this.service.run(context.actor, input, dryRun));
    if (result.ok) return { clusterCheck: result.value, operation: null, userErrors: [] };
    return { clusterCheck: null, operation: null, userErrors: result.problems.map(toUserError) };
  }
}
