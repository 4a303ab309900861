import { Ctx, Directive, Field, ObjectType, Query, Resolver } from 'type-graphql';
import type { Actor } from '../../../../kernel/actor.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type { RequestContext } from '../../../runtime/subgraph.js';

@Directive('@key(fields: "account subject", resolvable: false)')
@ObjectType({ description: 'Account and token on whose behalf a request runs.' })
export class Viewer {
  @Field(() => String, { description: 'The account; everything read and written belongs to it.' })
  account: string;

  @Field(() => String, { description: 'Subject of the token.' })
  subject: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Expiry of the token. Null if unknown.',
  })
  expiresAt: Date | null;
}

@Resolver()
export class ViewerResolver {
  @Query(() => Viewer, { description: 'The account and token on whose behalf the request runs.' })
  viewer(@Ctx() { actor }: RequestContext): Viewer {
    return viewerOf(actor);
  }
}

/** The actor as the graph returns it. */
export function viewerOf({ account, subject, expiresAt }: Actor): Viewer {
  return { account, subject, expiresAt: expiresAt ?? null };
}
