import { Field, ID, InputType, Int } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import type { PausePolicy } from '../../model/upgrade.rules.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

const UpgradePausePolicy = graphEnum(
  'UpgradePausePolicy',
  'When an upgrade of nodes pauses automatically; resumeOperation continues it.',
  {
    NOT_PAUSE: 'Never.',
    FIRST_BATCH: 'After the first batch of nodes.',
    EVERY_BATCH: 'After each batch of nodes.',
  },
);

@InputType({ description: 'How the nodes of a cluster are upgraded, pool by pool.' })
export class UpgradeRollingPolicyInput {
  @Field(() => Int, {
    nullable: true,
    description:
      'Nodes of a pool that are cordoned, drained and upgraded at the same time: 1 to 20. Default: a tenth.',
  })
  batchSize?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Temporary additional nodes of a pool during its upgrade: 0 to 20, within quotas and its bounds. Default: 0.',
  })
  surge?: number | null;

  @Field(() => UpgradePausePolicy, {
    nullable: true,
    description: 'When the upgrade pauses automatically. Default: NOT_PAUSE.',
  })
  pausePolicy?: PausePolicy | null;
}

@InputType({ description: 'An operation to pause.' })
export class PauseOperationInput {
  @Field(() => ID, { description: 'Id of the operation.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@InputType({ description: 'A paused operation to resume.' })
export class ResumeOperationInput {
  @Field(() => ID, { description: 'Id of the operation.' })
  id: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}
