import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { UserError } from '../../../runtime/graph/user-error.type.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { NodePool } from '../entities/node-pool.type.js';
import { Operation } from '../entities/operation.type.js';
import { toPayload } from '../entities/payloads.type.js';
import type { EdgeAutonomyService } from './edge-autonomy.service.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';

@InputType({ description: 'Whether the nodes of a pool keep their pods while they are offline.' })
export class SetEdgeAutonomyInput {
  @Field(() => ID, { description: 'Id of a node pool of an edge cluster.' })
  nodePoolId: string;

  @Field(() => Boolean, {
    description: 'True: the nodes keep their pods. False: the pods are recreated elsewhere.',
  })
  enabled: boolean;

  @Field(() => String, {
    nullable: true,
    description: CLIENT_TOKEN,
  })
  clientToken?: string | null;
}

@ObjectType({ description: 'Payload of setEdgeAutonomy.' })
class SetEdgeAutonomyPayload {
  @Field(() => NodePool, { nullable: true, description: 'The node pool. Null if the request was rejected.' })
  nodePool: NodePool | null;

  @Field(() => Operation, {
    nullable: true,
    description: 'The operation that configures the nodes. Null when the request was rejected.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'Client errors; empty on success.' })
  userErrors: UserError[];
}

@Resolver()
export class EdgeAutonomyMutations {
  constructor(private readonly autonomy: EdgeAutonomyService) {}

  @Mutation(() => SetEdgeAutonomyPayload, {
    description:
      'Sets whether the nodes of an edge pool keep their pods while the control plane cannot reach them.',
  })
  setEdgeAutonomy(
    @Ctx() context: RequestContext,
    @Arg('input', () => SetEdgeAutonomyInput, { description: 'The node pool and the setting.' })
    input: SetEdgeAutonomyInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.autonomy.set(context.actor, input, dryRun));
  }
}
