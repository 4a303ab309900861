import { Field, ID, InputType, Int } from 'type-graphql';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { ChangeTiming } from '../entities/maintenance-window.enums.js';

@InputType({ description: 'A vertical scaling of a cluster: new instance types for its nodes.' })
export class ScaleClusterVerticallyInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  id: string;

  @Field(() => [ID], {
    description:
      'New instance types of the nodes, in order of preference, each with at least 4 vCPU and 8 GiB.',
  })
  instanceTypes: string[];

  @Field(() => [ID], {
    nullable: true,
    description: 'Ids of the node pools to scale. Default: all except those of virtual nodes.',
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
