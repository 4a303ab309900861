import type * as contract from '../../../../engine/contract.js';
import { createUnionType, Directive, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { operationKinds } from '../../../../engine/operations/operation-kinds.js';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import { Cluster } from './cluster.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { NodePool } from './node-pool.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

export const OperationKind = graphEnum('OperationKind', 'Type of an operation.', operationKinds);

const OperationState = graphEnum<contract.OperationState>(
  'OperationState',
  'State of an operation or of one of its stages.',
  {
    PENDING: 'Not started.',
    RUNNING: 'In progress.',
    SUCCEEDED: 'Every requested item exists.',
    PARTIAL: 'Some of the requested items exist; see result and error.',
    FAILED: 'No requested item exists; see error.',
    CANCELED: 'Cancelled on request.',
  },
);

@ObjectType({ description: 'A stage of an operation.' })
class OperationStage {
  @Field(() => String, { description: 'Name, e.g. `CONTROL_PLANE`.' })
  name: string;

  @Field(() => OperationState, { description: 'State of the stage.' })
  state: contract.OperationState;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Start of the stage. Null before it starts.' })
  startedAt?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'End of the stage. Null until it ends.' })
  finishedAt?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Current step, or the reason of its end (human-readable).',
  })
  message?: string | null;
}

@ObjectType({ description: 'Counts of requested, created and failed items of an operation.' })
export class OperationResult {
  @Field(() => Int, { description: 'Number of requested items.' })
  requested: number;

  @Field(() => Int, { description: 'Number of created items.' })
  created: number;

  @Field(() => Int, { description: 'Number of failed items.' })
  failed: number;

  @Field(() => [UserError], { description: 'Errors, one for each failed item (at most 100).' })
  failures: UserError[];
}

@Directive('@key(fields: "id")')
@ObjectType({
  implements: Resource,
  description: 'Long-running change with its type, progress and result.',
})
export class Operation {
  @Field(() => ID, { description: 'Id of the operation, `operation_…`.' })
  id: string;

  @Field(() => String, { description: 'Type of the operation, e.g. `CREATE_CLUSTER`.' })
  type: string;

  @Field(() => OperationState, { description: 'State of the operation.' })
  state: contract.OperationState;

  @Field(() => Float, { description: 'Progress from 0 to 1.' })
  progress: number;

  @Field(() => [OperationStage], { description: 'Stages of the operation, in order.' })
  stages: unknown;

  @Field(() => DateTimeScalar, { description: 'Time of the request that started the operation.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'End of the operation. Null while it runs.' })
  finishedAt: Date | null;
}

/** Only rows of node pools have `clusterId`. */
export const OperationTarget = createUnionType({
  name: 'OperationTarget',
  description: 'Target of an operation.',
  types: () => [Cluster, NodePool] as const,
  resolveType: (row: object) => ('clusterId' in row ? 'NodePool' : 'Cluster'),
});

export const OperationConnection = connectionOf('Operation', () => Operation);

export const OperationOrder = orderOf('Operation', { CREATED_AT: 'Time of creation.' });
export type OperationOrder = InstanceType<typeof OperationOrder>;

@InputType({ description: 'Filter of operations; all conditions are combined with AND.' })
export class OperationFilter {
  @Field(() => [OperationState], { nullable: true, description: 'Operations in one of these states.' })
  states?: string[] | null;

  @Field(() => [OperationKind], { nullable: true, description: 'Operations of one of these types.' })
  kinds?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Operations on this cluster or its node pools.' })
  clusterId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Operations on exactly this cluster or node pool.' })
  targetId?: string | null;
}

@InputType({ description: 'An operation to cancel.' })
export class CancelOperationInput {
  @Field(() => ID, { description: 'Id of the operation.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
