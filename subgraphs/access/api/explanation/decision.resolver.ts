import { Arg, Ctx, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import { ListSize } from '../../../runtime/graph/cost.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { Permission } from '../entities/permission.type.js';
import type { DecisionService, Explanation } from './decision.service.js';

const AccessReason = graphEnum<Explanation['reason']>(
  'AccessReason',
  'Why a principal may do something, or may not.',
  {
    ALLOWED: 'A permission allows it.',
    NO_PERMISSION: 'No permission allows it.',
    DENIED: 'A permission denies it.',
    TOKEN_SCOPE: 'The token of the caller has no scope for it.',
  },
);

@ObjectType({ description: 'Whether a principal may do something, and why.' })
class AccessExplanation {
  @Field(() => Boolean, { description: 'Whether it may.' })
  allowed: boolean;

  @Field(() => AccessReason, { description: 'Why.' })
  reason: Explanation['reason'];

  @Field(() => Permission, {
    nullable: true,
    description: 'The permission that allows or denies it. Null if there is none, and for TOKEN_SCOPE.',
  })
  permission: Permission | null;
}

const VERB = 'What, e.g. `clusters.delete`; see Role.verbs.';
const ON = 'Id of a cluster, of an object in one, of a VPC or of a region. Default: in the whole account.';

@Resolver()
export class DecisionResolver {
  constructor(private readonly service: DecisionService) {}

  @ListSize(50)
  @Query(() => [Permission], {
    description:
      'Who may do something: the permissions that allow it and that none denies, at most 500. Needs `permissions.read` there, or fails with FORBIDDEN.',
  })
  whoCan(
    @Ctx() context: RequestContext,
    @Arg('verb', () => String, { description: VERB }) verb: string,
    @Arg('on', () => ID, { nullable: true, description: ON }) on?: string | null,
  ) {
    return this.service.whoCan(context, verb, on);
  }

  @Query(() => AccessExplanation, {
    description:
      'Why a principal may do something, or may not. The groups and tokens of other principals are not known: only their own permissions and those of the whole account count. Needs `permissions.read` there, except for oneself, or fails with FORBIDDEN.',
  })
  explainAccess(
    @Ctx() context: RequestContext,
    @Arg('principalId', () => ID, { description: 'Id of the principal; of oneself, Viewer.principal.' })
    principalId: string,
    @Arg('verb', () => String, { description: VERB }) verb: string,
    @Arg('on', () => ID, { nullable: true, description: ON }) on?: string | null,
  ) {
    return this.service.explain(context, { principalId, verb, on });
  }
}
