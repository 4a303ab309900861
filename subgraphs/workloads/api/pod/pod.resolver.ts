import { Directive, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { Pod } from './pod.type.js';

@Resolver(() => Pod)
export class PodResolver {
  @Directive('@inaccessible')
  @FieldResolver(() => ID, { description: 'The id again, as the key of references by `Query.node`.' })
  resourceId(@Root() { id }: Pod): string {
    return id;
  }
}
