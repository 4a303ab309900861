import { Field, ID, InputType, Int } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { ChangeTiming } from '../entities/maintenance-window.enums.js';

@InputType({ description: 'A cluster whose nodes are to be of other instance types.' })
export class ScaleClusterVerticallyInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  id: string;

  @Field(() => [ID], {
    description:
      'The instance types that its nodes are to have, in order of preference, each with at least 4 vCPU and 8 GiB.',
  })
  instanceTypes: string[];

  @Field(() => [ID], {
    nullable: true,
    description: 'Only these node pools; all but those of virtual nodes if omitted.',
  })
  nodePoolIds?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Nodes of a pool that are replaced at the same time: 1 to 20. Default: a tenth of the pool.',
  })
  batchSize?: number | null;

  @Field(() => ChangeTiming, {
    nullable: true,
    description:
      'When the change starts. Default: MAINTENANCE_WINDOW if the cluster has an enabled maintenance window, else IMMEDIATE.',
  })
  timing?: ChangeTiming | null;

  @Field(() => String, {
    nullable: true,
    description: CLIENT_TOKEN,
  })
  clientToken?: string | null;
}
