import { Directive, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { toUserError, UserError } from '../../../runtime/graph/user-error.type.js';
import { type PartialConnection, PROBLEMS_DESCRIPTION } from '../entities/partial-connection.js';
import { Pod, PodConnection } from './pod.type.js';

@Resolver(() => Pod)
export class PodResolver {
  @Directive('@inaccessible')
  @FieldResolver(() => ID, { description: 'The id again, as the key of references by `Query.node`.' })
  resourceId(@Root() { id }: Pod): string {
    return id;
  }
}

@Resolver(() => PodConnection)
export class PodConnectionResolver {
  @FieldResolver(() => [UserError], { description: PROBLEMS_DESCRIPTION })
  problems(@Root() { problems }: PartialConnection<unknown>): UserError[] {
    return problems.map(toUserError);
  }
}
