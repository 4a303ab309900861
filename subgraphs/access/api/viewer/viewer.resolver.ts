import { Arg, Ctx, Directive, Field, FieldResolver, ID, ObjectType, Resolver } from 'type-graphql';
import { ListSize } from '../../../runtime/graph/cost.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { Principal, Role } from '../entities/permission.type.js';
import type { PermissionReader } from '../entities/permission-reader.js';
import type { DecisionService } from '../explanation/decision.service.js';

@Directive('@key(fields: "account subject")')
@ObjectType({ description: 'Account and token on whose behalf a request runs.' })
export class Viewer {
  @Field(() => String, { description: 'The account; everything read and written belongs to it.' })
  account: string;

  @Field(() => String, { description: 'Subject of the token.' })
  subject: string;
}

/** What the caller may do. */
@Resolver(() => Viewer)
export class ViewerResolver {
  constructor(
    private readonly reader: PermissionReader,
    private readonly decisions: DecisionService,
  ) {}

  @FieldResolver(() => Principal, {
    nullable: true,
    description: 'The caller as a principal. Null in a subscription, which all subjects of an account share.',
  })
  async principal(@Ctx() context: RequestContext): Promise<Principal | null> {
    const caller = this.reader.caller(context);
    // Its name is in its row: the key of a service account has the id.
    return caller?.kind === 'SERVICE_ACCOUNT' ? this.reader.principal(context, caller.id) : caller;
  }

  @ListSize(20)
  @FieldResolver(() => [Role], {
    description: 'Roles that the caller and its groups have anywhere in the account, by name.',
  })
  roles(@Ctx() context: RequestContext): Promise<Role[]> {
    return this.decisions.roles(context);
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether the caller may do something: by its permissions, those of its groups and the scopes of its token. False for an object that does not exist.',
  })
  can(
    @Ctx() context: RequestContext,
    @Arg('verb', () => String, { description: 'What, e.g. `clusters.delete`; see Role.verbs.' }) verb: string,
    @Arg('on', () => ID, {
      nullable: true,
      description:
        'Id of a cluster, of an object in one, of a VPC or of a region. Default: in the whole account.',
    })
    on?: string | null,
  ): Promise<boolean> {
    return this.decisions.can(context, verb, on);
  }
}
