import type * as model from '../../model/account-verification.rules.js';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import type { Platform } from '../../../../engine/platform.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { Viewer, viewerOf } from './viewer.resolver.js';
import { type AccountVerificationService, verified } from './account-verification.service.js';
import { ChangePayload } from '../entities/change-payload.type.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';

export const AccountHolderKind = graphEnum<model.AccountHolderKind>(
  'AccountHolderKind',
  'Kind of the holder of an account.',
  {
    PERSON: 'A person.',
    ENTERPRISE: 'An enterprise or another organization.',
  },
);
export type AccountHolderKind = model.AccountHolderKind;

@InputType({ description: 'Holder of the account, with an identity document.' })
export class VerifyAccountInput {
  @Field(() => AccountHolderKind, { description: 'A person or an enterprise.' })
  kind: AccountHolderKind;

  @Field(() => String, { description: 'Name as in the document: 1 to 128 characters.' })
  name: string;

  @Field(() => String, {
    description:
      'Number of the identity card (GB 11643), or unified social credit code (GB 32100): 18 characters, whose check ' +
      'character and, of a card, day of birth must be right: INVALID_INPUT. One document identifies one account: ' +
      'DOCUMENT_ALREADY_USED. Only a keyed digest of it is kept.',
  })
  documentNumber: string;

  @Field(() => String, { nullable: true, description: CLIENT_TOKEN })
  clientToken?: string | null;
}

@ObjectType({ description: 'Payload of verifyAccount.' })
class VerifyAccountPayload extends ChangePayload {
  @Field(() => Viewer, { nullable: true, description: 'The viewer. Null if the request was rejected.' })
  viewer: Viewer | null;
}

@Resolver(() => Viewer)
export class AccountVerificationResolver {
  constructor(
    private readonly platform: Platform,
    private readonly service: AccountVerificationService,
  ) {}

  @FieldResolver(() => Boolean, {
    description: 'Whether the holder of the account is verified. Required to create clusters.',
  })
  verified(@Ctx() { actor }: RequestContext, @Root() _viewer: Viewer): Promise<boolean> {
    return verified(this.platform.database.prisma, actor);
  }

  @Mutation(() => VerifyAccountPayload, {
    description: 'Real-name verification of the account by the (simulated) verification centre.',
  })
  async verifyAccount(
    @Ctx() context: RequestContext,
    @Arg('input', () => VerifyAccountInput, { description: 'The holder of the account.' })
    input: VerifyAccountInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    const result = await toResult(() => this.service.verify(context.actor, input, dryRun));
    if (result.ok) return { viewer: viewerOf(context.actor), operation: null, userErrors: [] };
    return { viewer: null, operation: null, userErrors: result.problems.map(toUserError) };
  }
}
