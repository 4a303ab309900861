import { Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import type { Actor } from '../../../../kernel/actor.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type { RequestContext } from '../../../runtime/subgraph.js';

@ObjectType({ description: 'On whose behalf the request runs.' })
export class Viewer {
  @Field(() => String, { description: 'The account; everything read and written belongs to it.' })
  account: string;

  @Field(() => String, { description: 'Subject of the token.' })
  subject: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Expiry of these rights, if known.',
  })
  expiresAt: Date | null;
}

@Resolver()
export class ViewerResolver {
  @Query(() => Viewer, { description: 'On whose behalf this request runs.' })
  viewer(@Ctx() { actor }: RequestContext): Viewer {
    return viewerOf(actor);
  }
}

/** The actor as the graph returns it. */
export function viewerOf({ account, subject, expiresAt }: Actor): Viewer {
  return { account, subject, expiresAt: expiresAt ?? null };
}
