import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { UserError } from '../../../kernel/graph/user-error.type.js';
import type { RequestContext } from '../../../kernel/subgraph.js';
import { Cluster } from '../cluster/cluster.type.js';
import { Operation } from '../operation/operation.type.js';
import { toPayload } from '../payloads.type.js';
import type { MigrationService } from './migration.service.js';
import { CLIENT_TOKEN } from '../client-token.js';

@InputType({ description: 'A cluster to be made ACK Pro.' })
export class MigrateClusterInput {
  @Field(() => ID, { description: 'The cluster; of ACK Standard.' })
  id: string;

  @Field(() => String, {
    nullable: true,
    description: CLIENT_TOKEN,
  })
  clientToken?: string | null;
}

@ObjectType({ description: 'Answer of migrateCluster.' })
export class MigrateClusterPayload {
  @Field(() => Cluster, { nullable: true, description: 'The cluster; null when the migration was refused.' })
  cluster: Cluster | null;

  @Field(() => Operation, {
    nullable: true,
    description: 'The operation that carries it out; null when it was refused.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: 'What the caller can mend; empty on success.' })
  userErrors: UserError[];
}

@Resolver()
export class MigrationMutations {
  constructor(private readonly migrations: MigrationService) {}

  @Mutation(() => MigrateClusterPayload, {
    description:
      'Makes an ACK Standard cluster an ACK Pro one while its workloads run on. There is no way back, and the management fee of Pro begins. With dryRun: what stands against it.',
  })
  migrateCluster(
    @Ctx() context: RequestContext,
    @Arg('input', () => MigrateClusterInput, { description: 'The cluster.' }) input: MigrateClusterInput,
    @Arg('dryRun', () => Boolean, {
      nullable: true,
      description: 'Check and answer as if it were done, but do nothing.',
    })
    dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.migrations.migrate(context.actor, input, dryRun));
  }
}
