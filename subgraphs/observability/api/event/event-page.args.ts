import { ArgsType, Field } from 'type-graphql';
import { PageArgs } from '../../../runtime/graph/page.args.js';
import { EventFilter } from './event.type.js';

/** Arguments of filtered event lists. */
@ArgsType()
export class EventPageArgs extends PageArgs {
  @Field(() => EventFilter, { nullable: true, description: 'Filter. Default: all events.' })
  filter?: EventFilter | null;
}
