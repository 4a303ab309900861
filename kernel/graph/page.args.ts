import { ArgsType, Field, Int } from 'type-graphql';

/** Arguments of every connection. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'Items at the most: 1 to 500, 50 when left out.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Go on after the item with this cursor.' })
  after?: string | null;
}
