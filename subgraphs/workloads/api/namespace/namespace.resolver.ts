import { FieldResolver, Resolver, Root } from 'type-graphql';
import { toUserError, UserError } from '../../../runtime/graph/user-error.type.js';
import { type PartialConnection, PROBLEMS_DESCRIPTION } from '../entities/partial-connection.js';
import { NamespaceConnection } from './namespace.type.js';

@Resolver(() => NamespaceConnection)
export class NamespaceConnectionResolver {
  @FieldResolver(() => [UserError], { description: PROBLEMS_DESCRIPTION })
  problems(@Root() { problems }: PartialConnection<unknown>): UserError[] {
    return problems.map(toUserError);
  }
}
