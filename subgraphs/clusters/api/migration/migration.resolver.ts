import { Arg, Ctx, Field, ID, InputType, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { MigrateClusterPayload, toPayload } from '../entities/payloads.type.js';
import type { MigrationService } from './migration.service.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

@InputType({ description: 'An ACK Standard cluster to migrate to ACK Pro.' })
export class MigrateClusterInput {
  @Field(() => ID, { description: 'Id of the cluster: an ACK Standard cluster.' })
  id: string;

  @Field(() => String, {
    nullable: true,
    description: CLIENT_TOKEN,
  })
  clientToken?: string | null;
}

@Resolver()
export class MigrationMutations {
  constructor(private readonly migrations: MigrationService) {}

  @Mutation(() => MigrateClusterPayload, {
    description:
      'Migrates an ACK Standard cluster to ACK Pro while its workloads run. The change cannot be rolled back, and the management fee of Pro starts. A dry run returns the blocking problems.',
  })
  migrateCluster(
    @Ctx() context: RequestContext,
    @Arg('input', () => MigrateClusterInput, { description: 'The cluster to migrate.' })
    input: MigrateClusterInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.migrations.migrate(context.actor, input, dryRun));
  }
}
