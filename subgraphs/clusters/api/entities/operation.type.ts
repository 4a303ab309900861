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

export const OperationKind = graphEnum('OperationKind', 'What an operation does.', operationKinds);

const OperationState = graphEnum<contract.OperationState>(
  'OperationState',
  'State of an operation or of one of its stages.',
  {
    PENDING: 'Not started.',
    RUNNING: 'In progress.',
    SUCCEEDED: 'All that was asked for is there.',
    PARTIAL: 'Part of what was asked for is there; see result and error.',
    FAILED: 'Nothing of it is there; see error.',
    CANCELED: 'Ended on request.',
  },
);

@ObjectType({ description: 'A part of an operation.' })
class OperationStage {
  @Field(() => String, { description: 'Name, e.g. `CONTROL_PLANE`.' })
  name: string;

  @Field(() => OperationState, { description: 'Current state.' })
  state: contract.OperationState;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it began.' })
  startedAt?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended.' })
  finishedAt?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What it is doing or why it ended so (human-readable).',
  })
  message?: string | null;
}

@ObjectType({ description: 'What an operation made of what it was asked for.' })
export class OperationResult {
  @Field(() => Int, { description: 'Things asked for.' })
  requested: number;

  @Field(() => Int, { description: 'Things made.' })
  created: number;

  @Field(() => Int, { description: 'Things that could not be made.' })
  failed: number;

  @Field(() => [UserError], { description: 'Why, one for each thing that could not be made (at most 100).' })
  failures: UserError[];
}

@Directive('@key(fields: "id")')
@ObjectType({
  implements: Resource,
  description: 'A change that takes a while: what it is, how far it is, what came of it.',
})
export class Operation {
  @Field(() => ID, { description: 'Id of the operation, `operation_…`.' })
  id: string;

  @Field(() => String, { description: 'What is done, e.g. `CREATE_CLUSTER`.' })
  type: string;

  @Field(() => OperationState, { description: 'Current state.' })
  state: contract.OperationState;

  @Field(() => Float, { description: 'How far it is, from 0 to 1.' })
  progress: number;

  @Field(() => [OperationStage], { description: 'Its parts, in order.' })
  stages: unknown;

  @Field(() => DateTimeScalar, { description: 'When it was asked for.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended.' })
  finishedAt: Date | null;
}

/** What marks a row as the one or the other side of the union. */
export const OperationTarget = createUnionType({
  name: 'OperationTarget',
  description: 'What an operation changes.',
  types: () => [Cluster, NodePool] as const,
  resolveType: (row: object) => ('clusterId' in row ? 'NodePool' : 'Cluster'),
});

export const OperationConnection = connectionOf('Operation', () => Operation);

export const OperationOrder = orderOf('Operation', { CREATED_AT: 'Time of creation.' });
export type OperationOrder = InstanceType<typeof OperationOrder>;

@InputType({ description: 'Which operations; all conditions are combined with AND.' })
export class OperationFilter {
  @Field(() => [OperationState], { nullable: true, description: 'In one of these states.' })
  states?: string[] | null;

  @Field(() => [OperationKind], { nullable: true, description: 'Of one of these kinds.' })
  kinds?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'On this cluster or its node pools.' })
  clusterId?: string | null;

  @Field(() => ID, { nullable: true, description: 'On exactly this cluster or node pool.' })
  targetId?: string | null;
}

@InputType({ description: 'An operation to be cancelled.' })
export class CancelOperationInput {
  @Field(() => ID, { description: 'The operation.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
