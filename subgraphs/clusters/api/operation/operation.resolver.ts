import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { operationKindOf } from '../../../../engine/operations/operation-kinds.js';
import type { Failure } from '../../../../engine/contract.js';
import { toUserError, UserError } from '../../../runtime/graph/user-error.type.js';
import type { Problem } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterStore } from '../../store/cluster.store.js';
import { loadById } from '../entities/data-loaders.js';
import type { NodePoolStore } from '../../store/node-pool.store.js';
import type { OperationService } from './operation.service.js';
import type { OperationRow, OperationStore } from '../../store/operation.store.js';
import {
  CancelOperationInput,
  Operation,
  OperationConnection,
  OperationFilter,
  OperationKind,
  OperationOrder,
  OperationResult,
  OperationTarget,
} from '../entities/operation.type.js';
import { OrderByArg } from '../../../runtime/graph/order.type.js';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { toPayload } from '../entities/payloads.type.js';
import { CancelOperationPayload } from '../entities/operation-payloads.type.js';

@Resolver(() => Operation)
export class OperationResolver {
  constructor(
    private readonly service: OperationService,
    private readonly stores: { operations: OperationStore; clusters: ClusterStore; nodePools: NodePoolStore },
  ) {}

  @Query(() => Operation, {
    nullable: true,
    description: 'An operation of the account. Null if it does not exist.',
  })
  operation(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the operation.' }) id: string,
  ) {
    return loadById(context, this.stores.operations.byIds, id);
  }

  @Query(() => OperationConnection, { description: "The account's operations." })
  operations(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => OperationFilter, { nullable: true, description: 'Filter. Default: all.' })
    filter?: OperationFilter | null,
    @OrderByArg(OperationOrder, 'newest first') orderBy?: OperationOrder | null,
  ) {
    return this.service.list(context, filter ?? {}, { ...page, orderBy });
  }

  @Mutation(() => CancelOperationPayload, {
    description: 'Requests the cancellation of an operation. Resources that it has created stay.',
  })
  cancelOperation(
    @Ctx() context: RequestContext,
    @Arg('input', () => CancelOperationInput, { description: 'The operation to cancel.' })
    input: CancelOperationInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.cancel(context.actor, input, dryRun));
  }

  @FieldResolver(() => OperationKind, { description: '`type` as an enum.' })
  kind(@Root() { type }: OperationRow) {
    return operationKindOf(type);
  }

  @FieldResolver(() => OperationTarget, {
    nullable: true,
    description: 'Resource that the operation changes. Null after its deletion.',
  })
  target(@Ctx() context: RequestContext, @Root() { targetKind, targetId }: OperationRow) {
    return targetKind === 'NodePool'
      ? loadById(context, this.stores.nodePools.byIds, targetId)
      : loadById(context, this.stores.clusters.byIds, targetId);
  }

  @FieldResolver(() => OperationResult, {
    nullable: true,
    description: 'Counts of created and failed items. Null if the operation counts nothing.',
  })
  result(@Root() { requested, created, failed, failures }: OperationRow) {
    if (requested === null) return null;
    const problems = failures as unknown as Failure[];
    return { requested, created: created ?? 0, failed: failed ?? 0, failures: problems.map(toUserError) };
  }

  @FieldResolver(() => UserError, {
    nullable: true,
    description: 'Error that ended the operation. Null while it is in progress and if it succeeded.',
  })
  error(@Root() { error }: OperationRow) {
    return error === null ? null : toUserError(error as unknown as Problem);
  }
}
