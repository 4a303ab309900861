import { ArgsType, Field } from 'type-graphql';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { WorkloadFilter } from './workload.type.js';

/** Arguments of filtered workload lists. */
@ArgsType()
export class WorkloadPageArgs extends PageArgs {
  @Field(() => WorkloadFilter, { nullable: true, description: 'Filter. Default: all workloads.' })
  filter?: WorkloadFilter | null;
}
